use super::stage::{DAILY, OTHER, Stage, VERSION, text};
use crate::projection::{Preparation, ReadSideError, ViewPlace, ViewSchema};
use crate::testing::contract::check::{Verdict, equal, holds};

super::promises![
    a_row_is_there_after_its_commit_and_gone_after_its_deletion,
    a_batch_sees_its_own_writes,
    a_dropped_batch_leaves_nothing,
    an_events_writes_are_undone_alone,
    a_released_event_is_kept_when_the_next_is_undone,
    keys_may_hold_any_bytes,
    rows_may_be_large,
    tenants_do_not_see_one_another,
    versions_do_not_see_one_another,
    preparing_again_keeps_what_is_there,
    a_view_that_was_not_prepared_is_said_to_be_unknown,
    rows_and_tokens_survive_a_restart,
];

fn a_row_is_there_after_its_commit_and_gone_after_its_deletion(stage: &Stage) -> Verdict {
    stage.put("a", "paid", 1)?;
    equal("the row", stage.row("a")?, Some(text("a", "paid", 1)))?;
    stage.put("a", "sent", 2)?;
    equal("the row after its change", stage.row("a")?, Some(text("a", "sent", 2)))?;

    let batch = stage.begin()?;
    equal("the deletion of a row", stage.table(&*batch).delete("a")?, true)?;
    equal("a second deletion", stage.table(&*batch).delete("a")?, false)?;
    equal("the deletion of a row that never was", stage.table(&*batch).delete("b")?, false)?;
    batch.commit()?;
    equal("the row after its deletion", stage.row("a")?, None)
}

fn a_batch_sees_its_own_writes(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    let batch = stage.begin()?;
    let table = stage.table(&*batch);
    table.put("a", "paid", 2)?;
    table.put("b", "new", 3)?;
    equal("a changed row", table.row("a")?, Some(text("a", "paid", 2)))?;
    equal("a new row", table.row("b")?, Some(text("b", "new", 3)))?;
    table.delete("a")?;
    equal("a deleted row", table.row("a")?, None)?;
    table.put("a", "again", 4)?;
    equal("a row written again", table.row("a")?, Some(text("a", "again", 4)))
}

fn a_dropped_batch_leaves_nothing(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    let batch = stage.begin()?;
    stage.table(&*batch).put("a", "paid", 2)?;
    stage.table(&*batch).put("b", "new", 2)?;
    drop(batch);
    equal("the changed row", stage.row("a")?, Some(text("a", "new", 1)))?;
    equal("the new row", stage.row("b")?, None)
}

fn an_events_writes_are_undone_alone(stage: &Stage) -> Verdict {
    stage.put("kept", "new", 1)?;
    stage.put("deleted", "new", 1)?;
    let mut batch = stage.begin()?;
    batch.savepoint()?;
    stage.table(&*batch).put("first", "new", 1)?;
    batch.release()?;

    batch.savepoint()?;
    let table = stage.table(&*batch);
    table.put("kept", "paid", 2)?;
    table.put("kept", "sent", 3)?;
    table.put("second", "new", 2)?;
    table.put("first", "paid", 9)?;
    table.delete("deleted")?;
    batch.rollback_to_savepoint()?;

    let table = stage.table(&*batch);
    equal("a changed row, in the batch", table.row("kept")?, Some(text("kept", "new", 1)))?;
    equal("a new row, in the batch", table.row("second")?, None)?;
    batch.commit()?;
    equal("a changed row", stage.row("kept")?, Some(text("kept", "new", 1)))?;
    equal("a new row", stage.row("second")?, None)?;
    equal("a deleted row", stage.row("deleted")?, Some(text("deleted", "new", 1)))?;
    equal("the event before", stage.row("first")?, Some(text("first", "new", 1)))
}

fn a_released_event_is_kept_when_the_next_is_undone(stage: &Stage) -> Verdict {
    let mut batch = stage.begin()?;
    for (number, is_kept) in [(1, true), (2, false), (3, true), (4, false)] {
        batch.savepoint()?;
        stage.table(&*batch).put("a", "step", number)?;
        if is_kept { batch.release()? } else { batch.rollback_to_savepoint()? }
    }
    batch.commit()?;
    equal("the row", stage.row("a")?, Some(text("a", "step", 3)))
}

fn keys_may_hold_any_bytes(stage: &Stage) -> Verdict {
    let keys = ["", "\0", "a\0b", "a\0", "a", "A", "ä", "a\u{308}", "%_'\"\\", "\u{10ffff}"];
    let batch = stage.begin()?;
    for (number, key) in (0..).zip(keys) {
        stage.table(&*batch).put(key, "odd", number)?;
    }
    batch.commit()?;
    for (number, key) in (0..).zip(keys) {
        equal(&format!("the row {key:?}"), stage.row(key)?, Some(text(key, "odd", number)))?;
    }
    Ok(())
}

fn rows_may_be_large(stage: &Stage) -> Verdict {
    let status = "x".repeat(1 << 20);
    stage.put("a", &status, 1)?;
    equal("the row's length", stage.row("a")?.map(|row| row.len()), Some((1 << 20) + 10))
}

fn tenants_do_not_see_one_another(stage: &Stage) -> Verdict {
    stage.put("a", "ours", 1)?;
    let batch = stage.begin()?;
    let theirs = stage.table(&*batch).of_tenant("acme")?;
    equal("their row", theirs.row("a")?, None)?;
    theirs.put("a", "theirs", 2)?;
    batch.commit()?;
    equal("our row", stage.row("a")?, Some(text("a", "ours", 1)))?;
    let theirs = stage.seen()?.of_tenant("acme")?;
    equal("their row", theirs.row("a")?, Some(text("a", "theirs", 2)))?;
    equal("their rows", theirs.count(&Default::default())?, 1)
}

fn versions_do_not_see_one_another(stage: &Stage) -> Verdict {
    stage.put("a", "old", 1)?;
    let batch = stage.read_side.begin(OTHER)?;
    let table = stage.table(&*batch).of_version(OTHER);
    equal("the new version's row", table.row("a")?, None)?;
    table.put("a", "new", 2)?;
    batch.commit()?;
    equal("the old version's row", stage.row("a")?, Some(text("a", "old", 1)))?;
    let other = stage.read_side.snapshot(OTHER)?.views;
    let seen = stage.table_of(other, &super::stage::SUMMARY).of_version(OTHER).row("a")?;
    equal("the new version's row", seen, Some(text("a", "new", 2)))
}

fn preparing_again_keeps_what_is_there(stage: &Stage) -> Verdict {
    stage.put("a", "new", 1)?;
    stage.prepare()?;
    equal("the row", stage.row("a")?, Some(text("a", "new", 1)))
}

fn a_view_that_was_not_prepared_is_said_to_be_unknown(stage: &Stage) -> Verdict {
    const UNKNOWN: ViewSchema = ViewSchema { name: "Unknown", indexes: &[], hash: 3 };
    let views = stage.read_side.snapshot(VERSION)?.views;
    let place = ViewPlace { version: VERSION, schema: &UNKNOWN, tenant: &stage.tenant };
    let loaded = views.load(&place, b"a");
    let is_unknown = matches!(loaded, Err(ReadSideError::UnknownView { view: "Unknown" }));
    holds(is_unknown, || format!("expected `UnknownView`, saw {loaded:?}"))?;

    let (views, by_hand) = (&[UNKNOWN, DAILY], false);
    stage.read_side.prepare(&Preparation {
        processor: "orders",
        version: VERSION,
        views,
        by_hand,
    })?;
    let views = stage.read_side.snapshot(VERSION)?.views;
    equal("the row, once it is prepared", views.load(&place, b"a")?, None)
}

fn rows_and_tokens_survive_a_restart(stage: &Stage) -> Verdict {
    use super::stage::{token, token_key};
    let mut batch = stage.begin()?;
    stage.table(&*batch).put("a", "new", 1)?;
    batch.store_token(&token_key(0), None, &token(5))?;
    batch.commit()?;
    let again = stage.reopened()?;
    equal("the row", again.row("a")?, Some(text("a", "new", 1)))?;
    equal("the token", again.read_side.token(&token_key(0))?, Some(token(5)))
}
