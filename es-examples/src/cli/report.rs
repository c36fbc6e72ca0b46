//! The totals of everything that counts.

use serde_json::{Value, json};

use super::{
    Failure, Output, Shop, arguments,
    output::note,
    table::{Side, table},
};
use crate::read::{Group, Grouping, ImportedFile, ListImports, ReportRevenue, Revenue, Totals};

/// What is shown of something that nobody knows.
const UNKNOWN: &str = "(unknown)";

pub(super) async fn run(shop: &Shop, report: &arguments::Report) -> Result<Output, Failure> {
    let groups = shop.ask::<Revenue, _>(ReportRevenue { by: report.by }).await?;
    let files = shop.ask::<ImportedFile, _>(ListImports {}).await?;
    for file in files.iter().filter(|file| !file.finished) {
        let file = &file.file;
        note(&format!(
            "`{file}` is not imported to its end: these are the totals so far; where its import no \
             longer runs, import it again to complete it"
        ));
    }
    Ok(match report.by {
        Some(by) => grouped(by, &groups),
        None => altogether(&groups, &files),
    })
}

fn altogether(groups: &[Group], files: &[ImportedFile]) -> Output {
    let empty = Totals::default();
    let totals = groups.first().map_or(&empty, |group| &group.totals);
    let rows = counted(files, |file| file.rows);
    let rejected = counted(files, |file| file.rejected);
    let (revenue, credits) = (totals.revenue, totals.credits);
    let shown = |count: Option<u64>| count.map_or(UNKNOWN.to_owned(), |count| count.to_string());
    let (all_rows, rejected_rows) = (shown(rows), shown(rejected));
    let text = format!(
        "rows {all_rows}\norders {}\norder_lines {}\nrevenue {revenue}\ncredit_notes {}\n\
         credit_lines {}\ncredits {credits}\nrejected_rows {rejected_rows}",
        totals.orders, totals.order_lines, totals.credit_notes, totals.credit_lines,
    );
    let json = json!({
        "rows": rows,
        "orders": totals.orders,
        "order_lines": totals.order_lines,
        "revenue": revenue,
        "credit_notes": totals.credit_notes,
        "credit_lines": totals.credit_lines,
        "credits": credits,
        "rejected_rows": rejected,
    });
    Output { text, json }
}

/// Adds up what is known of every file only when it was read to its end.
fn counted(files: &[ImportedFile], count: impl Fn(&ImportedFile) -> u64) -> Option<u64> {
    files.iter().map(|file| file.finished.then(|| count(file))).sum()
}

fn grouped(by: Grouping, groups: &[Group]) -> Output {
    let columns = [
        (by.word(), Side::Left),
        ("orders", Side::Right),
        ("order_lines", Side::Right),
        ("revenue", Side::Right),
        ("credit_notes", Side::Right),
        ("credit_lines", Side::Right),
        ("credits", Side::Right),
        ("net", Side::Right),
    ];
    let rows = groups.iter().map(|Group { name, totals }| {
        vec![
            name.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
            totals.orders.to_string(),
            totals.order_lines.to_string(),
            totals.revenue.to_string(),
            totals.credit_notes.to_string(),
            totals.credit_lines.to_string(),
            totals.credits.to_string(),
            totals.net().to_string(),
        ]
    });
    let json = groups.iter().map(|group| as_json(by, group)).collect::<Vec<_>>();
    Output { text: table(&columns, &rows.collect::<Vec<_>>()), json: Value::Array(json) }
}

fn as_json(by: Grouping, Group { name, totals }: &Group) -> Value {
    json!({
        by.word(): name,
        "orders": totals.orders,
        "order_lines": totals.order_lines,
        "revenue": totals.revenue,
        "credit_notes": totals.credit_notes,
        "credit_lines": totals.credit_lines,
        "credits": totals.credits,
        "net": totals.net(),
    })
}
