//! The example `transfer` on a real file: money moves whole, and is found again after a restart.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[allow(dead_code)]
#[path = "../examples/transfer.rs"]
mod example;

use std::sync::Arc;
use std::time::Duration;

use es_core::app::App;
use es_core::command::CommandError;
use example::*;
use tokio::task::JoinSet;

const ACCOUNTS: usize = 4;
const BALANCE: i64 = 1000;

async fn app(folder: &tempfile::TempDir) -> Arc<App> {
    let store = format!("sqlite:{}", folder.path().join("transfer.db").display());
    let handlers = App::builder().store(store).with::<(Account, Receipt)>();
    Arc::new(handlers.with::<(transfer, withdraw_from_any)>().start().await.unwrap())
}

async fn shutdown(app: Arc<App>) {
    Arc::into_inner(app).unwrap().shutdown(Duration::from_secs(10)).await.unwrap();
}

fn account(number: usize) -> String {
    format!("account {number}")
}

async fn open(app: &App) {
    for number in 0..ACCOUNTS {
        let open = OpenAccount { account: account(number), balance: BALANCE };
        app.commands().send(open).await.unwrap();
    }
}

async fn total(app: &App) -> i64 {
    let mut total = 0;
    for number in 0..ACCOUNTS {
        total += app.repository::<Account>().load(&account(number)).await.unwrap().balance;
    }
    total
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_in_all_directions_at_once_neither_hang_nor_lose_money() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    open(&app).await;
    let mut sending = JoinSet::new();
    for number in 0..200 {
        let (from, to) = (account(number % ACCOUNTS), account((number / ACCOUNTS) % ACCOUNTS));
        let sent = Transfer { from, to, amount: 5, receipt: format!("receipt {number}") };
        let app = Arc::clone(&app);
        sending.spawn(async move { (number, app.commands().send(sent).await) });
    }
    let answers = sending.join_all().await;
    shutdown(app).await;
    let app = self::app(&folder).await;
    for (number, answer) in answers {
        let receipt = app.repository::<Receipt>().load(&format!("receipt {number}")).await;
        match answer {
            Ok(_) => assert_eq!(receipt.unwrap().amount, 5),
            // From an account to itself: the second guard cannot be had.
            Err(CommandError::InUse { .. }) => assert!(receipt.is_err()),
            Err(CommandError::Conflict { .. }) => assert!(receipt.is_err()),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(total(&app).await, BALANCE * i64::try_from(ACCOUNTS).unwrap());
    shutdown(app).await;
}

#[tokio::test]
async fn a_receipt_that_exists_keeps_the_money_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    open(&app).await;
    let sent = || Transfer { from: account(0), to: account(1), amount: 5, receipt: "r".to_owned() };
    assert_eq!(app.commands().send(sent()).await.unwrap(), BALANCE - 5);
    let error = app.commands().send(sent()).await.unwrap_err();
    assert!(matches!(error, CommandError::AlreadyExists { .. }), "{error}");
    let first = app.repository::<Account>().load(&account(0)).await.unwrap();
    assert_eq!(first.balance, BALANCE - 5);
    shutdown(app).await;
}

#[tokio::test]
async fn a_refused_command_of_a_handler_leaves_the_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    open(&app).await;
    let (from, to) = (account(0), account(1));
    let all = Transfer { from, to, amount: BALANCE, receipt: "r".to_owned() };
    app.commands().send(all).await.unwrap();
    let any = |amount| WithdrawFromAny { accounts: vec![account(0), account(1)], amount };
    assert_eq!(app.commands().send(any(1500)).await.unwrap(), account(1));
    let error = app.commands().send(any(600)).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&Overdrawn { missing: 100 }));
    assert_eq!(total(&app).await, BALANCE * 4 - 1500);
    shutdown(app).await;
}
