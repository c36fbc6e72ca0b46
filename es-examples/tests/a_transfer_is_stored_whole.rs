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
    app_in(folder.path()).await
}

async fn app_in(folder: &std::path::Path) -> Arc<App> {
    let store = format!("sqlite:{}", folder.join("transfer.db").display());
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
async fn what_is_paid_out_has_a_receipt_or_stays() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    open(&app).await;
    let pay_out = |number| PayOut { account: account(number), receipt: "r".to_owned() };
    app.commands().send(pay_out(0)).await.unwrap();
    let error = app.commands().send(pay_out(1)).await.unwrap_err();
    assert!(matches!(error, CommandError::AlreadyExists { .. }), "{error}");
    shutdown(app).await;
    let app = self::app(&folder).await;
    for (number, left) in [(0, 0), (1, BALANCE)] {
        let account = app.repository::<Account>().load(&account(number)).await.unwrap();
        assert_eq!(account.balance, left);
    }
    let receipt = app.repository::<Receipt>().load(&"r".to_owned()).await.unwrap();
    assert_eq!(receipt.amount, BALANCE);
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

/// Transfers in all directions at once; gives the receipts of those that were acknowledged.
async fn transfer_many(app: &Arc<App>, who: &str) -> Vec<String> {
    let mut sending = JoinSet::new();
    for number in 0..100 {
        let (from, to) = (account(number % ACCOUNTS), account((number + 1) % ACCOUNTS));
        let receipt = format!("{who} {number}");
        let sent = Transfer { from, to, amount: 5, receipt: receipt.clone() };
        let app = Arc::clone(app);
        sending.spawn(async move {
            match app.commands().send(sent).await {
                Ok(_) => Some(receipt),
                Err(CommandError::Conflict { .. }) => None,
                Err(error) => panic!("{error}"),
            }
        });
    }
    sending.join_all().await.into_iter().flatten().collect()
}

/// Every acknowledged receipt is there, no other one is, and no money is made or lost.
async fn check(app: &App, who: &str, acknowledged: &[String]) {
    for number in 0..100 {
        let receipt = format!("{who} {number}");
        let found = app.repository::<Receipt>().load(&receipt).await.is_ok();
        assert_eq!(found, acknowledged.contains(&receipt), "{receipt}");
    }
    assert_eq!(total(app).await, BALANCE * i64::try_from(ACCOUNTS).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_one_process_opens_twice_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (app(&folder).await, app(&folder).await);
    open(&one).await;
    let (ones, others) = tokio::join!(transfer_many(&one, "one"), transfer_many(&other, "other"));
    assert!(!ones.is_empty() && !others.is_empty());
    check(&one, "other", &others).await;
    check(&other, "one", &ones).await;
    shutdown(one).await;
    shutdown(other).await;
}

/// Set in the second process: where the log is.
const SECOND: &str = "ES_EXAMPLES_SECOND_PROCESS";

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_file_acknowledge_what_is_stored() {
    if let Some(folder) = std::env::var_os(SECOND) {
        let app = app_in(std::path::Path::new(&folder)).await;
        let acknowledged = transfer_many(&app, "second").await;
        shutdown(app).await;
        std::fs::write(std::path::Path::new(&folder).join("told"), acknowledged.join("\n"))
            .unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let first = app(&folder).await;
    open(&first).await;
    let mut second = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "two_processes_on_one_file_acknowledge_what_is_stored", "--nocapture"])
        .env(SECOND, folder.path())
        .spawn()
        .unwrap();
    let acknowledged = transfer_many(&first, "first").await;
    assert!(second.wait().unwrap().success());
    check(&first, "first", &acknowledged).await;
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    let told: Vec<String> = told.lines().map(str::to_owned).collect();
    assert!(!told.is_empty());
    check(&first, "second", &told).await;
    shutdown(first).await;
}
