use similar::{ChangeTag, TextDiff};

use super::paint::Paint;

// So many equal lines stay around a difference; longer runs are cut out.
const CONTEXT_LINES: usize = 6;

/// The lines of two texts: `-` only expected, `+` only found.
pub(super) fn diff(expected: &str, found: &str, paint: Paint) -> String {
    let diff = TextDiff::from_lines(expected, found);
    let groups = diff.grouped_ops(CONTEXT_LINES);
    let mut lines = vec![format!("  {}   {}", paint.red("- expected"), paint.green("+ found"))];
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            lines.push("    …".to_owned());
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let text = change.value().trim_end_matches('\n');
            lines.push(match change.tag() {
                ChangeTag::Equal => format!("    {text}"),
                ChangeTag::Delete => paint.red(&format!("  - {text}")),
                ChangeTag::Insert => paint.green(&format!("  + {text}")),
            });
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Paint, diff};

    #[test]
    fn shows_what_was_expected_and_what_was_found() {
        assert_eq!(
            diff("a\nb\nc\n", "a\nx\nc\n", Paint::Plain),
            "  - expected   + found\n    a\n  - b\n  + x\n    c"
        );
    }

    #[test]
    fn colours_whole_lines() {
        let painted = diff("b\n", "x\n", Paint::Colours);
        assert!(
            painted.contains("\u{1b}[31m  - b\u{1b}[0m\n\u{1b}[32m  + x\u{1b}[0m"),
            "{painted}"
        );
    }

    #[test]
    fn cuts_long_runs_of_equal_lines_out() {
        let equal: String = (0..100).map(|line| format!("{line}\n")).collect();
        let painted = diff(&format!("a\n{equal}b\n"), &format!("x\n{equal}y\n"), Paint::Plain);
        assert!(painted.contains("    5\n    …\n    94\n"), "{painted}");
    }
}
