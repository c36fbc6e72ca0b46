use uuid::Uuid;

use super::stage::{OTHER, Stage, token, token_key};
use crate::event::{EventId, Partition, Position};
use crate::projection::{ReadSideError, Token, TokenKey};
use crate::store::LogId;
use crate::testing::contract::check::{Verdict, equal, holds};

super::promises![
    there_is_no_token_at_first,
    a_token_comes_back_as_it_was_stored,
    a_token_that_somebody_else_moved_refuses_the_whole_batch,
    a_first_token_is_stored_once,
    a_token_that_is_gone_refuses_the_batch,
    tokens_are_kept_apart_by_every_part_of_their_key,
    a_dropped_batch_does_not_move_the_token,
];

fn store(stage: &Stage, expected: Option<&Token>, token: &Token) -> Result<(), ReadSideError> {
    let mut batch = stage.begin()?;
    batch.store_token(&token_key(0), expected, token)?;
    batch.commit()
}

fn there_is_no_token_at_first(stage: &Stage) -> Verdict {
    equal("the token", stage.read_side.token(&token_key(0))?, None)
}

fn a_token_comes_back_as_it_was_stored(stage: &Stage) -> Verdict {
    let full = Token {
        log: LogId(Uuid::from_u128(u128::MAX)),
        position: Position(i64::MAX as u64),
        event: Some(EventId(Uuid::from_u128(1 << 100))),
        replay_until: Position(i64::MAX as u64 - 1),
        fence: 77,
    };
    store(stage, None, &full)?;
    equal("the token", stage.read_side.token(&token_key(0))?, Some(full.clone()))?;
    let empty = Token { event: None, position: Position(0), ..full.clone() };
    store(stage, Some(&full), &empty)?;
    equal("the token without an event", stage.read_side.token(&token_key(0))?, Some(empty))
}

fn a_token_that_somebody_else_moved_refuses_the_whole_batch(stage: &Stage) -> Verdict {
    store(stage, None, &token(1))?;
    let mut late = stage.begin()?;
    stage.table(&*late).put("a", "late", 1)?;
    store(stage, Some(&token(1)), &token(2))?;
    late.store_token(&token_key(0), Some(&token(1)), &token(2))?;
    let committed = late.commit();
    holds(committed == Err(ReadSideError::Fenced), || {
        format!("expected `Fenced`, saw {committed:?}")
    })?;
    equal("the late batch's row", stage.row("a")?, None)?;

    let raised = Token { fence: 1, ..token(2) };
    store(stage, Some(&token(2)), &raised)?;
    let committed = store(stage, Some(&token(2)), &token(3));
    holds(committed == Err(ReadSideError::Fenced), || {
        format!("expected a raised fence to refuse, saw {committed:?}")
    })?;
    equal("the token", stage.read_side.token(&token_key(0))?, Some(raised))
}

fn a_first_token_is_stored_once(stage: &Stage) -> Verdict {
    store(stage, None, &token(0))?;
    let again = store(stage, None, &token(0));
    holds(again == Err(ReadSideError::Fenced), || format!("expected `Fenced`, saw {again:?}"))
}

fn a_token_that_is_gone_refuses_the_batch(stage: &Stage) -> Verdict {
    let stored = store(stage, Some(&token(1)), &token(2));
    holds(stored == Err(ReadSideError::Fenced), || format!("expected `Fenced`, saw {stored:?}"))
}

fn tokens_are_kept_apart_by_every_part_of_their_key(stage: &Stage) -> Verdict {
    let key = token_key(0);
    let keys = [
        key.clone(),
        TokenKey { processor: "payments".to_owned(), ..key.clone() },
        TokenKey { version: OTHER.to_owned(), ..key.clone() },
        TokenKey { segment: 1, ..key.clone() },
        TokenKey { partition: Partition(1), ..key },
    ];
    for (position, key) in (1..).zip(&keys) {
        let mut batch = stage.begin()?;
        batch.store_token(key, None, &token(position))?;
        batch.commit()?;
    }
    for (position, key) in (1..).zip(&keys) {
        equal(&format!("{key:?}"), stage.read_side.token(key)?, Some(token(position)))?;
    }
    Ok(())
}

fn a_dropped_batch_does_not_move_the_token(stage: &Stage) -> Verdict {
    store(stage, None, &token(1))?;
    let mut batch = stage.begin()?;
    batch.store_token(&token_key(0), Some(&token(1)), &token(2))?;
    drop(batch);
    equal("the token", stage.read_side.token(&token_key(0))?, Some(token(1)))
}
