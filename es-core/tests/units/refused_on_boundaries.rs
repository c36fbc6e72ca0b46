//! An inner command that was refused on a boundary, and a sender who goes on from there.

use std::sync::Arc;

use es_core::prelude::*;
use es_core::store::MemoryLog;
use tokio::sync::{Notify, Semaphore};

use super::domain::*;
use super::held_back::RefuseUnlessMoved;
use super::{app_on, open};

/// Notes whether "a" was moved, which a command of its own finds out.
#[derive(Command, Clone, Serialize, Deserialize)]
struct NoteWhetherMoved {
    #[serde(skip)]
    has_asked: Arc<Notify>,
    #[serde(skip, default = "closed")]
    goes_on: Arc<Semaphore>,
}

fn closed() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(0))
}

#[command_handler]
async fn note_whether_moved(
    command: NoteWhetherMoved,
    commands: CommandGateway,
    unit: UnitOfWork,
) -> Result<bool, HandlerError<Overdrawn>> {
    let was_moved = commands.send(RefuseUnlessMoved).await.is_ok();
    command.has_asked.notify_one();
    command.goes_on.acquire().await.unwrap().forget();
    unit.publish(Noted { about: format!("moved: {was_moved}") });
    Ok(was_moved)
}

#[tokio::test]
async fn what_a_refusal_rests_on_is_judged_with_what_its_sender_stores() {
    let log = MemoryLog::new();
    let (app, other) = (app_on(log.clone()).await, app_on(log).await);
    open(&app, "a", 0).await;
    let (has_asked, goes_on) = (Arc::<Notify>::default(), closed());
    let note =
        NoteWhetherMoved { has_asked: Arc::clone(&has_asked), goes_on: Arc::clone(&goes_on) };
    let commands = app.commands();
    let noting = tokio::spawn(async move { commands.send(note).await });
    has_asked.notified().await;
    other.commands().send(Deposit { account: "a".to_owned(), amount: 1 }).await.unwrap();
    goes_on.add_permits(9);
    assert!(noting.await.unwrap().unwrap(), "it was moved before the note was stored");
}
