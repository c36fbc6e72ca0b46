//! Tables for terminals.

/// On which side a column's cells stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Lays rows out under their headings, columns as wide as their widest cell.
pub(super) fn table(columns: &[(&str, Side)], rows: &[Vec<String>]) -> String {
    let headings = columns.iter().map(|(heading, _)| (*heading).to_owned()).collect();
    let width_of = |place: usize, heading: &str| {
        let cells = rows.iter().filter_map(|row| row.get(place));
        cells.map(|cell| cell.chars().count()).fold(heading.chars().count(), usize::max)
    };
    let widths: Vec<_> =
        columns.iter().enumerate().map(|(place, (heading, _))| width_of(place, heading)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(columns).zip(&widths);
        let cells = cells.map(|((cell, (_, side)), width)| {
            // A description may have line breaks, a table's row has none.
            let cell = cell.replace(char::is_control, " ");
            match side {
                Side::Left => format!("{cell:<width$}"),
                Side::Right => format!("{cell:>width$}"),
            }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    std::iter::once(&headings).chain(rows).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Side, table};

    #[test]
    fn a_row_stays_one_line() {
        let printed = table(&[("what", Side::Left)], &[vec!["PEN\nBLUE".into()]]);
        assert_eq!(printed, "what\nPEN BLUE");
    }

    #[test]
    fn cells_stand_on_their_side() {
        let rows = [vec!["EIRE".into(), "1.50".into()], vec!["Österreich".into(), "12".into()]];
        let printed = table(&[("country", Side::Left), ("net", Side::Right)], &rows);
        assert_eq!(printed, "country      net\nEIRE        1.50\nÖsterreich    12");
    }
}
