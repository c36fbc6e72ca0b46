//! Commands that are not valid are stopped before they are sent, with everything that is wrong.

use es_core::command::{CommandError, Validation, ValidationError};
use es_core::prelude::*;

use super::domain::*;

async fn app() -> App {
    let validation = Validation::new()
        .check::<PutIn>(|command, violations| {
            violations.require(command.coins > 0, "coins", "must be at least 1");
            violations.require(command.purse.len() > 1, "purse", "must have two letters");
        })
        .check::<PutIn>(|command, violations| {
            violations.require_ok(u8::try_from(command.coins), "coins");
        })
        .check_all(|message, violations| {
            violations.require(message.metadata().get("user").is_some(), "user", "must be given");
        });
    App::test().with::<Purse>().dispatch_interceptor(validation).start().await.unwrap()
}

fn by_ada() -> Dispatch {
    Dispatch::new().meta("user", "ada")
}

#[tokio::test]
async fn the_caller_is_told_everything_at_once() {
    let app = app().await;
    let error = app.commands().send(put_in(0)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "command `PutIn` is not valid: `user` must be given; `coins` must be at least 1; `purse` \
         must have two letters"
    );
    let CommandError::Vetoed { veto, .. } = &error else { panic!("{error}") };
    let invalid: &ValidationError = veto.downcast_ref().unwrap();
    let fields: Vec<_> = invalid.violations.iter().map(|violation| violation.field).collect();
    assert_eq!((invalid.command, fields), ("PutIn", vec!["user", "coins", "purse"]));
}

#[tokio::test]
async fn an_error_of_a_parser_is_a_violation() {
    let app = app().await;
    let command = PutIn { purse: "aa".to_owned(), coins: 256 };
    let error = app.commands().send_with(command, by_ada()).await.unwrap_err();
    let text =
        "command `PutIn` is not valid: `coins` out of range integral type conversion attempted";
    assert_eq!(error.to_string(), text);
}

#[tokio::test]
async fn what_is_valid_and_what_nobody_checks_goes_through() {
    let app = app().await;
    app.commands().send_with(open("aa"), by_ada()).await.unwrap();
    let command = PutIn { purse: "aa".to_owned(), coins: 255 };
    assert_eq!(app.commands().send_with(command, by_ada()).await.unwrap(), 255);
}
