//! The report: a Markdown table that grows while the suite runs, and the exact lines below it.

use crate::pair::Compared;
use crate::run::Line;

/// Rows and the command lines behind them.
#[derive(Default)]
pub(crate) struct Report {
    rows: String,
    lines: String,
}

impl Report {
    /// A case of pairs with its gates, as ratios ours to theirs.
    pub(crate) fn pair(
        &mut self,
        name: &str,
        gate: &str,
        extra: &str,
        compared: Option<&Compared>,
        ours: &Line,
        theirs: &Line,
    ) {
        let figures = match compared {
            None => "not measured: the machine was too busy".to_owned(),
            Some(c) => format!(
                "wall {:.2} s / {:.2} s = **{:.3}**, CPU {:.2} s / {:.2} s = **{:.3}** ({} pairs){extra}",
                c.ours.wall_secs,
                c.theirs.wall_secs,
                c.ours.wall_secs / c.theirs.wall_secs,
                c.ours.cpu_secs,
                c.theirs.cpu_secs,
                c.ours.cpu_secs / c.theirs.cpu_secs,
                c.pairs,
            ),
        };
        self.row(name, &figures, gate);
        self.lines += &format!("{name}\n\n    {}\n    {}\n\n", ours.shown(), theirs.shown());
    }

    /// A case with a figure of its own.
    pub(crate) fn row(&mut self, name: &str, figures: &str, gate: &str) {
        println!("{name}: {figures} (gate: {gate})");
        self.rows += &format!("| {name} | {figures} | {gate} |\n");
    }

    /// The whole page.
    pub(crate) fn page(&self, machine: &str) -> String {
        format!(
            "# Bench\n\n{machine}\n\nOurs to theirs; minimum wall and median CPU (user + system, children included) of \
             interleaved pairs.\n\n| case | figures | gate |\n|---|---|---|\n{}\n## Command lines\n\n{}",
            self.rows, self.lines
        )
    }
}
