//! What a person reads of an error, wherever it ends up.

use es_core::command::{CommandError, HandlerError, Veto};
use es_core::prelude::*;
use es_core::registry::EngineEntry;

use super::domain::*;

#[tokio::test]
async fn what_main_prints_says_what_happened_and_names_the_command() {
    let app = App::test().with::<Purse>().start().await.unwrap();
    app.commands().send(open("a")).await.unwrap();
    let id = CommandId::from_key("k");
    let error = app.commands().send_with(take_out(9), Dispatch::new().id(id)).await.unwrap_err();
    assert_eq!(format!("{error:?}"), format!("only 0 coins are there (rejected, command {id})"));
    let error = app.commands().send_with(open("a"), Dispatch::new().id(id)).await.unwrap_err();
    assert_eq!(
        format!("{error:?}"),
        format!("`Purse a` exists already; use another id (already_exists, command {id})")
    );
    // As `fn main() -> Result<(), Box<dyn Error>>` has it.
    let boxed: Box<dyn std::error::Error> = error.into();
    assert!(format!("{boxed:?}").starts_with("`Purse a` exists already"));
}

/// As `fn main() -> Result<(), Box<dyn Error>>` prints it.
fn printed(error: impl Into<Box<dyn std::error::Error>>) -> String {
    format!("{:?}", error.into())
}

#[tokio::test]
async fn what_main_prints_of_every_other_error_is_its_sentence_too() {
    let app = App::test().with::<Purse>().start().await.unwrap();
    let purses = app.repository::<Purse>();
    let error = purses.load(&"nobody".to_owned()).await.err().unwrap();
    let text = "`Purse nobody` does not exist; create it first, or check the id";
    assert_eq!(printed(error), text);
    let error = purses.load(&String::new()).await.err().unwrap();
    let text = "the id of `Purse` is empty; give it at least one character";
    assert_eq!(printed(error), text);
    let error = app.queries().named("Nothing", b"{}").await.unwrap_err();
    assert!(
        printed(error).starts_with("nobody answers query `Nothing`; write a `#[query_handler]`")
    );
    let error = "zero".parse::<es_core::store::CommitToken>().unwrap_err();
    assert_eq!(printed(error), "`zero` is no commit token; it looks like `0:17` or `0:17,1:4`");
    let error = App::builder().store("sqlite").with::<Purse>().start().await.err().unwrap();
    assert!(printed(error).starts_with("`sqlite` is no store URL: it has no scheme; write for"));
    let fault = Fault::from(TooFew { there: 3 });
    assert_eq!(format!("{fault:?}"), "only 3 coins are there");
}

#[test]
fn a_nested_error_is_read_from_the_outside_in() {
    let (command_id, inner) = (CommandId::from_key("outer"), CommandId::from_key("inner"));
    let error = CommandError::Rejected { command_id: inner, error: TooFew { there: 0 } };
    let HandlerError::<TooFew>::Nested(error) = HandlerError::nested(error) else {
        panic!("it is a nested one")
    };
    let error = CommandError::<TooFew>::Nested { command_id, error, has_effects: false };
    assert_eq!(
        format!("{error:?}"),
        format!("only 0 coins are there (nested, command {command_id})")
    );
}

#[derive(Debug, thiserror::Error)]
#[error("the coins cannot be counted")]
struct Uncounted(#[source] TooFew);

#[test]
fn what_is_behind_the_domains_error_is_told_too() {
    let command_id = CommandId::from_key("k");
    let error = CommandError::Rejected { command_id, error: Uncounted(TooFew { there: 0 }) };
    let sentence = "the coins cannot be counted: only 0 coins are there";
    assert_eq!(format!("{error:?}"), format!("{sentence} (rejected, command {command_id})"));
    let HandlerError::<TooFew>::Nested(error) = HandlerError::nested(error) else {
        panic!("it is a nested one")
    };
    let error = CommandError::<TooFew>::Nested { command_id, error, has_effects: false };
    assert_eq!(format!("{error:?}"), format!("{sentence} (nested, command {command_id})"));
    let veto = Veto::new(Uncounted(TooFew { there: 0 }));
    let error = CommandError::<TooFew>::Vetoed {
        command_id,
        command: "Pour",
        target: None,
        veto,
        has_effects: false,
    };
    assert_eq!(format!("{error:?}"), format!("{sentence} (vetoed, command {command_id})"));
}

#[test]
fn a_store_url_without_an_engine_is_told_what_to_write() {
    let refusal = |url| EngineEntry::find(url).err().unwrap().to_string();
    let links_it = "add `es-sqlite` to Cargo.toml and write `use es_sqlite as _;` (linked: none)";
    assert_eq!(refusal("sqlite:x.db"), format!("no engine for `sqlite:` is linked; {links_it}"));
    assert!(refusal("sqlit:x.db").contains("write for example `sqlite:data/orders.db`"));
    assert!(refusal("memory:").contains("a store in memory has no URL: begin with `App::test()`"));
}
