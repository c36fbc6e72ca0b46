use super::stage::{DAILY, Stage, VERSION, text, token, token_key};
use crate::projection::{ReadSideError, Scan};
use crate::testing::contract::check::{Unkept, Verdict, equal, holds};

super::promises![
    nobody_sees_a_batch_before_its_commit,
    views_and_token_become_visible_together,
    a_snapshot_stays_as_it_was,
    a_write_in_a_snapshot_fails,
    a_row_that_two_batches_changed_is_a_conflict_for_the_later,
    a_row_that_two_batches_made_is_a_conflict_for_the_later,
    a_row_deleted_and_made_again_meanwhile_is_a_conflict,
    a_row_that_a_scan_has_shown_is_protected_too,
    batches_on_different_rows_both_commit,
    eight_segments_counting_into_one_row_lose_nothing,
];

fn nobody_sees_a_batch_before_its_commit(stage: &Stage) -> Verdict {
    let mut batch = stage.begin()?;
    batch.savepoint()?;
    stage.table(&*batch).put("a", "new", 1)?;
    batch.release()?;
    equal("the row before the commit", stage.row("a")?, None)?;
    let other = stage.begin()?;
    equal("the row in another batch", stage.table(&*other).row("a")?, None)?;
    drop(other);
    batch.commit()?;
    equal("the row after the commit", stage.row("a")?, Some(text("a", "new", 1)))
}

fn views_and_token_become_visible_together(stage: &Stage) -> Verdict {
    let mut batch = stage.begin()?;
    stage.table(&*batch).put("a", "new", 1)?;
    stage.table_of(batch.views(), &DAILY).put("monday", "", 1)?;
    batch.store_token(&token_key(0), None, &token(3))?;
    equal("the token before the commit", stage.read_side.token(&token_key(0))?, None)?;
    batch.commit()?;
    let snapshot = stage.read_side.snapshot(VERSION)?.views;
    let daily = stage.table_of(snapshot, &DAILY).row("monday")?;
    equal("the one view", stage.row("a")?, Some(text("a", "new", 1)))?;
    equal("the other view", daily, Some(text("monday", "", 1)))?;
    equal("the token", stage.read_side.token(&token_key(0))?, Some(token(3)))
}

fn a_snapshot_stays_as_it_was(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    let seen = stage.seen()?;
    // The first read may be what fixes it.
    equal("the row", seen.row("a")?, Some(text("a", "new", 1)))?;
    stage.put("a", "paid", 2)?;
    stage.put("b", "new", 3)?;
    equal("the row, later", seen.row("a")?, Some(text("a", "new", 1)))?;
    equal("the number of rows, later", seen.count(&Scan::default())?, 1)?;
    equal("the rows, later", seen.scan(&Scan::default())?, vec![text("a", "new", 1)])?;
    equal("the row in a new snapshot", stage.row("a")?, Some(text("a", "paid", 2)))
}

fn a_write_in_a_snapshot_fails(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    let seen = stage.seen()?;
    let written = seen.put("a", "paid", 2);
    holds(matches!(written, Err(ReadSideError::ReadOnly { .. })), || {
        format!("expected `ReadOnly` from a write, saw {written:?}")
    })?;
    let deleted = seen.delete("a");
    holds(matches!(deleted, Err(ReadSideError::ReadOnly { .. })), || {
        format!("expected `ReadOnly` from a deletion, saw {deleted:?}")
    })?;
    drop(seen);
    equal("the row", stage.row("a")?, Some(text("a", "new", 1)))
}

/// What the later of two batches hears, that both change the row "a" as `change` says.
fn race(stage: &Stage, expected: &str, between: impl FnOnce() -> Verdict) -> Verdict {
    let late = stage.begin()?;
    stage.table(&*late).row("a")?;
    between()?;
    stage.table(&*late).put("a", "late", 9)?;
    stage.table(&*late).put("other", "late", 9)?;
    let committed = late.commit();
    holds(matches!(committed, Err(ReadSideError::Conflict { .. })), || {
        format!("expected `Conflict`, saw {committed:?}")
    })?;
    equal("the row", stage.row("a")?, Some(expected.to_owned()))?;
    equal("the late batch's other row", stage.row("other")?, None)
}

fn a_row_that_two_batches_changed_is_a_conflict_for_the_later(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    race(stage, &text("a", "early", 2), || stage.put("a", "early", 2))
}

fn a_row_that_two_batches_made_is_a_conflict_for_the_later(stage: &Stage) -> Verdict {
    race(stage, &text("a", "early", 2), || stage.put("a", "early", 2))
}

fn a_row_deleted_and_made_again_meanwhile_is_a_conflict(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    race(stage, &text("a", "new", 1), || {
        let batch = stage.begin()?;
        stage.table(&*batch).delete("a")?;
        batch.commit()?;
        stage.put("a", "new", 1)
    })
}

fn a_row_that_a_scan_has_shown_is_protected_too(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    let late = stage.begin()?;
    equal("the scan", stage.table(&*late).scan(&Scan::default())?.len(), 1)?;
    stage.put("a", "early", 2)?;
    stage.table(&*late).put("a", "late", 9)?;
    let committed = late.commit();
    holds(matches!(committed, Err(ReadSideError::Conflict { .. })), || {
        format!("expected `Conflict`, saw {committed:?}")
    })
}

fn batches_on_different_rows_both_commit(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    let late = stage.begin()?;
    let table = stage.table(&*late);
    table.row("a")?;
    table.put("b", "late", 9)?;
    stage.put("a", "early", 2)?;
    stage.put("c", "early", 2)?;
    late.commit()?;
    equal("the number of rows", stage.seen()?.count(&Scan::default())?, 3)
}

fn eight_segments_counting_into_one_row_lose_nothing(stage: &Stage) -> Verdict {
    const SEGMENTS: u32 = 8;
    const EACH: u64 = 25;
    std::thread::scope(|scope| {
        let counting: Vec<_> =
            (0..SEGMENTS).map(|segment| scope.spawn(move || count(stage, segment, EACH))).collect();
        counting.into_iter().try_for_each(|thread| {
            thread.join().map_err(|_| Unkept::broken("a segment panicked"))?
        })
    })?;
    let total = stage.row("a")?.unwrap_or_default();
    equal("the total", total, text("a", &(u64::from(SEGMENTS) * EACH).to_string(), 0))
}

/// Counts as a processor does: a batch that meets another one is repeated.
fn count(stage: &Stage, segment: u32, times: u64) -> Verdict {
    let key = token_key(segment);
    let mut stored = None;
    for position in 1..=times {
        let next = token(position);
        loop {
            let mut batch = stage.begin()?;
            let table = stage.table(&*batch);
            let row = table.row("a")?.unwrap_or_default();
            let so_far = row.split(['"', ' ']).find_map(|part| part.parse().ok()).unwrap_or(0_u64);
            table.put("a", &(so_far + 1).to_string(), 0)?;
            batch.store_token(&key, stored.as_ref(), &next)?;
            match batch.commit() {
                Ok(()) => break,
                Err(ReadSideError::Conflict { .. } | ReadSideError::Busy) => {}
                Err(error) => return Err(error.into()),
            }
        }
        stored = Some(next);
    }
    Ok(())
}
