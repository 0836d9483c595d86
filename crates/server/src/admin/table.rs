//! Lists for people: columns under their names, as wide as they must be.

/// Lines up `rows` under `columns`. Says `none` when there are no rows.
pub fn table<const N: usize>(columns: [&str; N], rows: &[[String; N]], none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let widths: [usize; N] = std::array::from_fn(|at| {
        rows.iter().map(|row| row[at].chars().count()).chain([columns[at].len()]).max().unwrap_or_default()
    });
    let line = |cells: [&str; N]| {
        let padded: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let rows = rows.iter().map(|row| line(std::array::from_fn(|at| row[at].as_str())));
    std::iter::once(line(columns)).chain(rows).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["a".to_owned(), "longer".to_owned()], ["ßß".to_owned(), String::new()]];
        assert_eq!(table(["ID", "NAME"], &rows, "none"), "ID  NAME\na   longer\nßß");
        assert_eq!(table(["ID"], &[], "none"), "none");
    }
}
