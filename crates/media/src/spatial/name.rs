//! What players of films for headsets read out of a file's name.

use super::{Bounds, Pose, Projection, ProjectionKind, Spatial, Stereo};

/// Words stand between `_`, `-`, `.`, spaces and brackets; upper and lower case are the same.
pub(super) fn parse(stem: &str) -> Spatial {
    let lower = stem.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // The first word is what the film is about: `lr.mp4` is a name, `film_lr.mp4` says where the eyes are.
    let tags = words.get(1..).unwrap_or_default();
    let stereo = tags.iter().find_map(|word| stereo(word));
    let projection = tags.iter().find_map(|word| projection(word, stereo.is_some()));
    let projection = projection.map(|kind| Projection { kind, pose: Pose::default() });
    // A lens of a pair of cameras is seldom in a film for one eye.
    let is_lens = matches!(projection, Some(Projection { kind: ProjectionKind::Fisheye { .. }, .. }));
    Spatial { stereo: stereo.or(is_lens.then_some(Stereo::SideBySide)), projection }
}

fn stereo(word: &str) -> Option<Stereo> {
    Some(match word {
        "lr" | "sbs" | "3dh" | "hsbs" | "fsbs" => Stereo::SideBySide,
        "rl" => Stereo::SideBySideSwapped,
        "tb" | "ou" | "3dv" | "overunder" => Stereo::TopBottom,
        "bt" | "uo" => Stereo::TopBottomSwapped,
        "mono" => Stereo::Mono,
        _ => return None,
    })
}

fn projection(word: &str, has_stereo: bool) -> Option<ProjectionKind> {
    let half = ProjectionKind::Equirectangular(Bounds::HALF);
    Some(match word {
        "180x180" | "vr180" | "mono180" => half,
        "360x180" | "mono360" => ProjectionKind::Equirectangular(Bounds::default()),
        // A bare number may be anything, unless the eyes are named too.
        "180" if has_stereo => half,
        "360" if has_stereo => ProjectionKind::Equirectangular(Bounds::default()),
        "flat" => ProjectionKind::Rectangular,
        "fisheye" | "f180" | "180f" => ProjectionKind::Fisheye { degrees: 180 },
        "fisheye190" | "rf52" => ProjectionKind::Fisheye { degrees: 190 },
        "mkx200" | "fisheye200" => ProjectionKind::Fisheye { degrees: 200 },
        "mkx220" | "vrca220" => ProjectionKind::Fisheye { degrees: 220 },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_as_players_read_them() {
        let check = |stem: &str, stereo: Option<Stereo>, kind: Option<ProjectionKind>| {
            let spatial = parse(stem);
            assert_eq!(
                (spatial.stereo, spatial.projection.map(|projection| projection.kind)),
                (stereo, kind),
                "{stem}"
            );
        };
        let half = Some(ProjectionKind::Equirectangular(Bounds::HALF));
        check("Beach_180_sbs", Some(Stereo::SideBySide), half);
        check("Beach_LR_180", Some(Stereo::SideBySide), half);
        check(
            "Beach_TB_360",
            Some(Stereo::TopBottom),
            Some(ProjectionKind::Equirectangular(Bounds::default())),
        );
        check("Beach.180x180.3dh", Some(Stereo::SideBySide), half);
        let lens = |degrees| Some(ProjectionKind::Fisheye { degrees });
        check("Beach_FISHEYE190", Some(Stereo::SideBySide), lens(190));
        check("Beach_MKX200_alpha", Some(Stereo::SideBySide), lens(200));
        check("Beach_RL", Some(Stereo::SideBySideSwapped), None);
        check("Beach_MONO_360", Some(Stereo::Mono), Some(ProjectionKind::Equirectangular(Bounds::default())));
    }

    #[test]
    fn other_names_tell_nothing() {
        for stem in ["", "tb", "lr", "IMG_180", "turn-360", "sbsfilm", "album_bt709"] {
            assert!(parse(stem).is_empty(), "{stem}");
        }
    }
}
