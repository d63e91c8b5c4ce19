//! Lists in pages: newest first, each page names where the next one begins.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::{Problem, ProblemKind};

/// Most items of a page.
const LIMIT_MAX: u32 = 200;

/// Which page.
#[derive(Deserialize, IntoParams, Clone, Default, Debug)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// At most so many items.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// One page.
#[derive(Serialize, ToSchema, Clone, Debug)]
pub(crate) struct Page<T> {
    /// Newest first.
    items: Vec<T>,
    /// Give it as `cursor` to see what is older; null when there is nothing more.
    next_cursor: Option<String>,
}

impl PageQuery {
    /// How many items, within bounds.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=LIMIT_MAX => Ok(limit),
            limit => Err(Problem::new(
                ProblemKind::BadRequest,
                format!("limit is {limit}, and must be from 1 to {LIMIT_MAX}"),
            )),
        }
    }
}

impl<T> Page<T> {
    /// From one item more than wanted, which only says that there is more.
    pub(crate) fn of(mut items: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Self {
        let is_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| is_more).map(cursor);
        Self { items, next_cursor }
    }
}
