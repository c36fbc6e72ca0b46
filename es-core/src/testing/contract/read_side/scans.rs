use super::stage::{DAILY, Stage, Table, text};
use crate::projection::Scan;
use crate::testing::contract::check::{Verdict, equal};

super::promises![
    rows_come_ordered_by_key,
    an_index_orders_by_its_value_and_then_by_key,
    a_range_begins_inclusive_and_ends_exclusive,
    a_range_that_ends_before_it_begins_is_empty,
    a_limit_takes_the_first_and_does_not_change_the_count,
    a_changed_row_is_found_by_its_new_value_alone,
    a_batch_finds_its_own_writes_and_misses_its_deletions,
    an_undone_event_is_not_found,
    a_view_without_indexes_is_scanned_by_key,
];

const STATUS: Scan = Scan { index: Some(0), from: None, to: None, limit: None };
const TOTAL: Scan = Scan { index: Some(1), from: None, to: None, limit: None };

fn between(scan: Scan, from: &[u8], to: &[u8]) -> Scan {
    Scan { from: Some(from.to_vec()), to: Some(to.to_vec()), ..scan }
}

/// The keys of the rows of a scan.
fn keys(table: &Table, scan: &Scan) -> Verdict<Vec<String>> {
    let rows = table.scan(scan)?;
    let key = |row: String| row.split('"').nth(1).unwrap_or_default().to_owned();
    Ok(rows.into_iter().map(key).collect())
}

fn expect(what: &str, table: &Table, scan: &Scan, expected: &[&str]) -> Verdict {
    equal(what, keys(table, scan)?, expected.iter().map(|key| (*key).to_owned()).collect())?;
    if scan.limit.is_none() {
        equal(&format!("{what}, counted"), table.count(scan)?, expected.len() as u64)?;
    }
    Ok(())
}

fn fill(stage: &Stage) -> Verdict {
    let batch = stage.begin()?;
    let table = stage.table(&*batch);
    for (key, status, total) in [("d", "new", 3), ("b", "paid", 1), ("c", "new", 1), ("a", "x", 9)]
    {
        table.put(key, status, total)?;
    }
    Ok(batch.commit()?)
}

fn rows_come_ordered_by_key(stage: &Stage) -> Verdict {
    fill(stage)?;
    expect("all rows", &stage.seen()?, &Scan::default(), &["a", "b", "c", "d"])
}

fn an_index_orders_by_its_value_and_then_by_key(stage: &Stage) -> Verdict {
    fill(stage)?;
    expect("by status", &stage.seen()?, &STATUS, &["c", "d", "b", "a"])?;
    expect("by total", &stage.seen()?, &TOTAL, &["b", "c", "d", "a"])
}

fn a_range_begins_inclusive_and_ends_exclusive(stage: &Stage) -> Verdict {
    fill(stage)?;
    let seen = stage.seen()?;
    expect("by key", &seen, &between(Scan::default(), b"b", b"d"), &["b", "c"])?;
    expect("by total", &seen, &between(TOTAL, &[1], &[9]), &["b", "c", "d"])?;
    let from = Scan { from: Some(vec![3]), ..TOTAL };
    expect("without an end", &seen, &from, &["d", "a"])?;
    let to = Scan { to: Some(vec![3]), ..TOTAL };
    expect("without a beginning", &seen, &to, &["b", "c"])
}

fn a_range_that_ends_before_it_begins_is_empty(stage: &Stage) -> Verdict {
    fill(stage)?;
    expect("by key", &stage.seen()?, &between(Scan::default(), b"d", b"a"), &[])?;
    expect("by total", &stage.seen()?, &between(TOTAL, &[3], &[3]), &[])?;
    let batch = stage.begin()?;
    let table = stage.table(&*batch);
    table.put("b", "paid", 3)?;
    expect("in a batch", &table, &between(TOTAL, &[9], &[1]), &[])
}

fn a_limit_takes_the_first_and_does_not_change_the_count(stage: &Stage) -> Verdict {
    fill(stage)?;
    let limited = Scan { limit: Some(2), ..STATUS };
    expect("the first two", &stage.seen()?, &limited, &["c", "d"])?;
    equal("the count", stage.seen()?.count(&limited)?, 4)?;
    expect("no row", &stage.seen()?, &Scan { limit: Some(0), ..STATUS }, &[])?;

    let batch = stage.begin()?;
    let table = stage.table(&*batch);
    table.delete("c")?;
    table.put("e", "new", 1)?;
    expect("the first two of a batch", &table, &limited, &["d", "e"])?;
    equal("the batch's count", table.count(&limited)?, 4)
}

fn a_changed_row_is_found_by_its_new_value_alone(stage: &Stage) -> Verdict {
    fill(stage)?;
    stage.put("c", "paid", 7)?;
    expect("by status", &stage.seen()?, &STATUS, &["d", "b", "c", "a"])?;
    expect("by old total", &stage.seen()?, &between(TOTAL, &[1], &[2]), &["b"])?;
    expect("by new total", &stage.seen()?, &between(TOTAL, &[7], &[8]), &["c"])
}

fn a_batch_finds_its_own_writes_and_misses_its_deletions(stage: &Stage) -> Verdict {
    fill(stage)?;
    let batch = stage.begin()?;
    let table = stage.table(&*batch);
    table.put("e", "new", 2)?;
    table.put("b", "new", 5)?;
    table.delete("d")?;
    table.delete("a")?;
    table.put("a", "new", 0)?;
    expect("by key", &table, &Scan::default(), &["a", "b", "c", "e"])?;
    expect("by status", &table, &STATUS, &["a", "b", "c", "e"])?;
    expect("by total", &table, &TOTAL, &["a", "c", "e", "b"])?;
    expect("in a range", &table, &between(TOTAL, &[1], &[5]), &["c", "e"])?;
    batch.commit()?;
    expect("by total, committed", &stage.seen()?, &TOTAL, &["a", "c", "e", "b"])
}

fn an_undone_event_is_not_found(stage: &Stage) -> Verdict {
    fill(stage)?;
    let mut batch = stage.begin()?;
    batch.savepoint()?;
    let table = stage.table(&*batch);
    table.put("e", "new", 2)?;
    table.put("b", "new", 5)?;
    table.delete("d")?;
    batch.rollback_to_savepoint()?;
    expect("by status", &stage.table(&*batch), &STATUS, &["c", "d", "b", "a"])
}

fn a_view_without_indexes_is_scanned_by_key(stage: &Stage) -> Verdict {
    let batch = stage.begin()?;
    let table = stage.table_of(batch.views(), &DAILY);
    table.put("b", "", 2)?;
    table.put("a", "", 1)?;
    batch.commit()?;
    let seen = stage.table_of(stage.read_side.snapshot(super::stage::VERSION)?.views, &DAILY);
    expect("all rows", &seen, &Scan::default(), &["a", "b"])?;
    equal("a row", seen.row("a")?, Some(text("a", "", 1)))
}
