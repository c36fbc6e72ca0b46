//! What must not be stored is refused before it is, and the next command works.

use std::convert::Infallible;

use es_core::aggregate::{LoadError, ReplayError};
use es_core::command::CommandError;
use es_core::prelude::*;
use es_core::store::AppendError;

use super::app;
use super::domain::*;

#[tokio::test]
async fn a_payload_beyond_the_limit_is_refused_with_the_remedy() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    let error = commands.send(Label { shelf: "a".to_owned(), bytes: 2 * 1024 * 1024 }).await;
    let error = error.unwrap_err();
    let is_too_large =
        matches!(&error, CommandError::Append { source: AppendError::TooLarge { .. }, .. });
    assert!(is_too_large && !error.is_retryable(), "{error}");
    assert!(error.to_string().contains("store large content elsewhere"), "{error}");
    commands.send(put("a", 1)).await.unwrap();
    let shelf = app.repository::<Shelf>().load(&"a".to_owned()).await.unwrap();
    assert_eq!((shelf.boxes, shelf.version), (1, Sequence(1)));
}

#[derive(Command, Clone, Serialize, Deserialize)]
struct Unroll {
    #[target]
    scroll: String,
}

/// Writes so many bytes, and counts what is written by then.
#[derive(Command, Clone, Serialize, Deserialize)]
struct WriteOn {
    #[target]
    scroll: String,
    bytes: usize,
}

#[derive(Event, Serialize, Deserialize)]
struct Unrolled {
    scroll: String,
}

#[derive(Event, Serialize, Deserialize)]
struct Written {
    text: String,
}

#[aggregate]
struct Scroll {
    #[aggregate_identifier]
    scroll: String,
    lines: usize,
}

#[aggregate]
impl Scroll {
    #[command_handler]
    fn unroll(command: Unroll) -> Unrolled {
        Unrolled { scroll: command.scroll }
    }

    #[command_handler]
    fn write(scroll: &mut Root<Self>, command: WriteOn) -> Result<usize, Infallible> {
        scroll.apply(Written { text: "x".repeat(command.bytes) });
        Ok(scroll.lines)
    }

    #[event_sourcing_handler]
    fn on_unrolled(event: &Unrolled) -> Self {
        Self { scroll: event.scroll.clone(), lines: 0 }
    }

    #[event_sourcing_handler]
    fn on_written(&mut self, _: &Written) {
        self.lines += 1;
    }
}

#[tokio::test]
async fn what_was_applied_before_such_a_refusal_is_not_decided_on() {
    let app = app().await;
    let (commands, scroll) = (app.commands(), || "s".to_owned());
    commands.send(Unroll { scroll: scroll() }).await.unwrap();
    commands.send(WriteOn { scroll: scroll(), bytes: 2 * 1024 * 1024 }).await.unwrap_err();
    assert_eq!(commands.send(WriteOn { scroll: scroll(), bytes: 1 }).await.unwrap(), 1);
}

#[tokio::test]
async fn an_aggregate_cannot_be_created_under_another_id_than_its_commands_target() {
    let app = app().await;
    let commands = app.commands();
    let error = commands.send(SetUpNextTo { shelf: "a".to_owned() }).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("id `a!`") && text.contains("target is `a`"), "{text}");
    for id in ["a", "a!"] {
        let missing = app.repository::<Shelf>().load(&id.to_owned()).await;
        assert!(matches!(missing, Err(LoadError::NotFound { .. })));
    }
    commands.send(set_up("a")).await.unwrap();
}

#[tokio::test]
async fn a_panic_while_folding_is_the_error_of_that_command_alone() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(set_up("b")).await.unwrap();
    commands.send(Curse { shelf: "a".to_owned() }).await.unwrap();
    // The live state is dropped, so that the next command has to fold.
    commands.send(Collapse { shelf: "a".to_owned() }).await.unwrap_err();
    let error = commands.send(put("a", 1)).await.unwrap_err();
    assert!(
        matches!(
            &error,
            CommandError::Load { source: LoadError::Replay(ReplayError::Panicked { .. }), .. }
        ),
        "{error}"
    );
    let text = error.to_string();
    assert!(text.contains("the curse strikes") && text.contains("Shelf a at sequence 1"), "{text}");
    commands.send(put("b", 1)).await.unwrap();
}

#[tokio::test]
async fn a_panic_while_folding_is_an_error_of_reading_too() {
    let app = app().await;
    let commands = app.commands();
    commands.send(set_up("a")).await.unwrap();
    commands.send(Curse { shelf: "a".to_owned() }).await.unwrap();
    let shelves = app.repository::<Shelf>();
    let id = "a".to_owned();
    assert!(matches!(shelves.load(&id).await, Err(LoadError::Replay(_))));
    assert_eq!(shelves.load_at(&id, Sequence(0)).await.unwrap().boxes, 0);
    let mut history = shelves.history(&id).unwrap();
    assert!(history.next().await.unwrap().is_some());
    assert!(matches!(history.next().await, Err(LoadError::Replay(_))));
}
