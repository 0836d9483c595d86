//! Whether the widget is in this program.

use super::Finding;
use crate::assets;

const NAME: &str = "widget";

/// Looks.
pub fn check() -> Finding {
    judge(assets::missing())
}

fn judge(missing: Option<&str>) -> Finding {
    match missing {
        None => Finding::ok(NAME, "in this program"),
        Some(file) => {
            let what = format!("{file} is not in this program");
            Finding::warning(
                NAME,
                what,
                "build it after `cargo xtask widget`, unless your pages bring the widget's files",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_program_without_the_widget_is_told() {
        assert_eq!(judge(None).verdict, Verdict::Ok);
        assert_eq!(judge(Some("index.html")).verdict, Verdict::Warning);
    }
}
