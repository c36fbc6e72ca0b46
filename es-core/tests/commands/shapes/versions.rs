//! The version that a sender saw, read from the command.

use es_core::command::{Command, CommandError};
use es_core::prelude::*;

use super::domain::{Account, AccountError, Deposit, Open, Peek, Withdraw, Withdrawn};
use super::start;

#[test]
fn a_command_says_which_version_it_is_for() {
    let seen = Sequence(7);
    let withdraw = Withdraw { account: "a".into(), seen, amount: 1 };
    assert_eq!(withdraw.target_version(), Some(seen));
    let peek = |seen| Peek { account: "a".into(), seen };
    assert_eq!(peek(Some(seen)).target_version(), Some(seen));
    assert_eq!(peek(None).target_version(), None, "left open");
    assert_eq!(Open::new("a", 0).target_version(), None, "no such field");
}

/// Is refused whenever it is decided.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Overdraw {
    #[target]
    pub account: String,
    #[target_version]
    pub seen: Sequence,
}

#[aggregate]
impl Account {
    #[command_handler]
    fn overdraw(&self, _: Overdraw) -> Result<Option<Withdrawn>, AccountError> {
        Err(AccountError::NothingPaidIn)
    }
}

#[tokio::test]
async fn a_version_is_compared_before_the_handler_runs() {
    let (_app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    commands.send(Deposit::new("a", 9)).await.unwrap();
    let overdraw = |seen| Overdraw { account: "a".into(), seen: Sequence(seen) };
    for other in [0, 2] {
        let stale = commands.send(overdraw(other)).await.unwrap_err();
        assert!(matches!(stale, CommandError::VersionMismatch { .. }), "{stale}");
    }
    let refused = commands.send(overdraw(1)).await.unwrap_err();
    assert_eq!(refused.rejection(), Some(&AccountError::NothingPaidIn));
}

#[tokio::test]
async fn a_command_for_a_version_that_has_passed_does_not_run() {
    let (app, commands) = start().await;
    commands.send(Open::new("a", 0)).await.unwrap();
    commands.send(Deposit::new("a", 9)).await.unwrap();
    let withdraw = |seen| Withdraw { account: "a".into(), seen: Sequence(seen), amount: 4 };
    let stale = commands.send(withdraw(0)).await.unwrap_err();
    let CommandError::VersionMismatch { expected, actual, .. } = stale else {
        panic!("{stale}");
    };
    assert_eq!((expected, actual), (Sequence(0), Sequence(1)));
    commands.send(withdraw(1)).await.unwrap();
    let id = "a".to_owned();
    assert_eq!(app.repository::<Account>().load(&id).await.unwrap().balance, 5);
}

#[tokio::test]
async fn the_version_counts_for_commands_that_store_nothing_too() {
    let (_app, commands) = start().await;
    commands.send(Open::new("a", 7)).await.unwrap();
    let peek = |seen: Option<u64>| Peek { account: "a".into(), seen: seen.map(Sequence) };
    assert_eq!(commands.send(peek(Some(0))).await.unwrap(), 0);
    assert_eq!(commands.send(peek(None)).await.unwrap(), 0);
    // A version that the aggregate has not reached yet is no better than one that has passed.
    let ahead = commands.send(peek(Some(1))).await.unwrap_err();
    assert!(matches!(ahead, CommandError::VersionMismatch { .. }), "{ahead}");
}

#[tokio::test]
async fn a_version_of_what_does_not_exist_is_not_found() {
    let (_app, commands) = start().await;
    let nobody = Peek { account: "nobody".into(), seen: Some(Sequence(0)) };
    let missing = commands.send(nobody).await.unwrap_err();
    assert!(matches!(missing, CommandError::NotFound { .. }), "{missing}");
}
