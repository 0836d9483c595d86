//! What a check says: `evidence 9: <figure> | control: <what the broken variant gave>`.

/// One such line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The row it speaks for.
    pub row: u32,
    /// What was measured.
    pub figure: String,
    /// What shows that the check can fail. Nothing where the line names none.
    pub control: String,
}

impl Line {
    /// Reads a line of a runner's output, whatever the runner put before it. Anything else is `None`.
    pub fn read(line: &str) -> Option<Self> {
        // node's runner shows what a test printed behind its own mark, cargo's behind the test's name.
        let said = &line[line.find("evidence ")?..];
        let (row, rest) = said.strip_prefix("evidence ")?.split_once(": ")?;
        let (figure, control) = rest.split_once(" | control: ").unwrap_or((rest, ""));
        Some(Self { row: row.parse().ok()?, figure: figure.trim().into(), control: control.trim().into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_whatever_stands_before_it() {
        let line = Line { row: 9, figure: "3 of 1,000".into(), control: "96".into() };
        for before in ["", "test guesses::parallel ... ", "ℹ "] {
            assert_eq!(Line::read(&format!("{before}evidence 9: 3 of 1,000 | control: 96")), Some(line.clone()));
        }
    }

    #[test]
    fn a_line_without_a_control_is_read_and_shows_that_it_has_none() {
        assert_eq!(Line::read("evidence 12: none").unwrap().control, "");
    }

    #[test]
    fn what_is_no_such_line_is_none() {
        for other in ["evidence", "evidence x: y", "docs/evidence.md", "evidence 9 : y", "no evidence 9"] {
            assert_eq!(Line::read(other), None, "{other}");
        }
    }
}
