//! What a member's handler leaves that does not end well.

use es_core::command::CommandError;

use super::domain::*;
use super::*;

/// An order of one line with a part in it.
async fn order_with_part() -> (App, CommandGateway) {
    let (app, commands) = order_of(&["car"]).await;
    commands.send(FitPart { order: id(), sku: "car".to_owned(), part: 1 }).await.unwrap();
    (app, commands)
}

fn force(part: u8) -> ForcePart {
    ForcePart { order: id(), sku: "car".to_owned(), part }
}

fn tighten() -> TightenPart {
    TightenPart { order: id(), sku: "car".to_owned(), part: 1 }
}

#[tokio::test]
async fn a_handler_that_panics_after_apply_leaves_nothing() {
    let (app, commands) = order_with_part().await;
    commands.send(tighten()).await.unwrap();
    let before = order(&app).await;
    let strip = StripPart { order: id(), sku: "car".to_owned(), part: 1 };
    let error = commands.send(strip).await.unwrap_err();
    let CommandError::Panicked { message, .. } = &error else { panic!("{error}") };
    assert_eq!(message, "stripped at turn 3", "it had seen what it applied");
    let after = order(&app).await;
    assert_eq!((after.version, &*after), (before.version, &*before), "in the log");
    let live = commands.send(Look { order: id() }).await.unwrap();
    assert_eq!(live, *before, "and where the next command is decided");
    commands.send(tighten()).await.unwrap();
    assert_eq!(line(&app, "car").await.parts, [Part { part: 1, turns: 2 }]);
}

#[tokio::test]
async fn a_recorded_refusal_is_stored_and_remembered() {
    let (app, commands) = order_with_part().await;
    let dispatch = || Dispatch::new().id(CommandId::from_key("force"));
    for _ in 0..2 {
        let refused = commands.send_with(force(1), dispatch()).await.unwrap_err();
        assert_eq!(refused.rejection(), Some(&Broke { turn: 1 }));
        // Between the two: the repetition is answered from memory, and not decided again.
        commands.send(tighten()).await.unwrap();
    }
    assert_eq!(line(&app, "car").await.parts, [Part { part: 1, turns: 3 }]);
    let again = commands.send(force(1)).await.unwrap_err();
    assert_eq!(again.rejection(), Some(&Broke { turn: 4 }), "under another id it is decided");
}

#[tokio::test]
async fn a_recorded_refusal_keeps_the_member_that_it_created() {
    let (app, commands) = order_of(&["car"]).await;
    let refused = commands.send(force(2)).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&Broke { turn: 1 }));
    assert_eq!(line(&app, "car").await.parts, [Part { part: 2, turns: 1 }]);
    let live = commands.send(Look { order: id() }).await.unwrap();
    assert_eq!(live, *order(&app).await);
}
