use std::sync::Arc;

use es_core::event::Position;
use es_core::projection::{ProcessorState, Status};
use es_core::testing::until;
use es_sqlite::SqliteTransaction;
use tokio::sync::watch;

use super::domain::{Counted, ForgeLedger, LedgerTotals, UNLUCKY};
use super::*;

#[tokio::test]
async fn sql_written_by_hand_moves_with_the_token() {
    let world = World::new();
    let app = world.start().await;
    count(&app, "north", 2).await;
    let token = count(&app, "south", 3).await;
    app.projection::<Ledger>().caught_up(&token, LONG).await.unwrap();
    assert_eq!(app.queries().query(LedgerTotals {}).await.unwrap(), (2, 5));
    app.shutdown(LONG).await.unwrap();

    let app = world.start().await;
    let token = count(&app, "north", 4).await;
    app.projection::<Ledger>().caught_up(&token, LONG).await.unwrap();
    assert_eq!(app.queries().query(LedgerTotals {}).await.unwrap(), (3, 9));
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn it_is_undone_with_its_event() {
    let world = World::new();
    let app = world.start().await;
    let token = count(&app, "north", 1).await;
    let ledger = app.projection::<Ledger>();
    ledger.caught_up(&token, LONG).await.unwrap();
    count(&app, "north", UNLUCKY).await;
    let failed = |status: &Status| matches!(status.state, ProcessorState::Failed { .. });
    let status = until(&ledger, failed).await;
    assert_eq!(status.position.0, 2);
    assert_eq!(app.queries().query(LedgerTotals {}).await.unwrap(), (1, 1));
    // The other projection has a token of its own and goes on.
    let token = count(&app, "north", 1).await;
    assert_eq!(tally(&app, "north", &token).await.unwrap().counts, 3);
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn a_query_reads_on_a_connection_on_which_a_write_fails() {
    let world = World::new();
    let app = world.start().await;
    let token = count(&app, "north", 2).await;
    app.projection::<Ledger>().caught_up(&token, LONG).await.unwrap();
    let error = app.queries().query(ForgeLedger {}).await.unwrap_err().to_string();
    assert!(error.contains("`Ledger::forge`") && error.contains("readonly"), "{error}");
    let again = "; the query itself changes nothing, and can be asked again when that is mended";
    assert!(error.ends_with(again), "{error}");
    assert_eq!(app.queries().query(LedgerTotals {}).await.unwrap(), (1, 2));
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn each_version_has_a_file_of_its_own() {
    let world = World::new();
    let app = world.start().await;
    let version = app.projection::<Ledger>().status().version;
    app.shutdown(LONG).await.unwrap();
    let file = world.path(&format!("orders.read.{version}.db"));
    assert!(file.exists(), "{}", file.display());
}

/// Somebody whom a handler asks, and who takes his time.
#[derive(Default)]
pub struct Auditor {
    asked: watch::Sender<u64>,
    answers: watch::Sender<bool>,
}

pub struct Audit;

#[projection(name = "audit")]
impl Audit {
    #[event_handler]
    fn keep(event: &Counted, sql: &mut SqliteTransaction) -> Result<(), Fault> {
        sql.execute_batch("CREATE TABLE IF NOT EXISTS audits (amount INTEGER)")?;
        sql.execute("INSERT INTO audits VALUES (?)", (event.by as i64,))?;
        Ok(())
    }

    #[event_handler]
    async fn send(event: &Counted, auditor: Inject<Auditor>) {
        auditor.asked.send_replace(event.by);
        if event.by == 7 {
            let _ = auditor.answers.subscribe().wait_for(|answers| *answers).await;
        }
    }
}

#[tokio::test]
async fn nobody_is_locked_out_while_an_asynchronous_handler_waits() {
    let world = World::new();
    let app = world.start().await;
    count(&app, "north", 1).await;
    let token = count(&app, "north", 7).await;
    app.shutdown(LONG).await.unwrap();

    // Both events are there already, so one batch could take them.
    let auditor = Arc::new(Auditor::default());
    let url = format!("sqlite:{}", world.path("orders.db").display());
    let builder = App::builder().store(url).only::<(TallySheet, Audit)>();
    let app = builder.provide::<Auditor>(Arc::clone(&auditor)).start().await.unwrap();
    let mut asked = auditor.asked.subscribe();
    tokio::time::timeout(LONG, asked.wait_for(|by| *by == 7)).await.unwrap().unwrap();
    let audit = app.projection::<Audit>();
    let version = audit.status().version;
    for file in ["orders.read.db".to_owned(), format!("orders.read.{version}.db")] {
        let other = rusqlite::Connection::open(world.path(&file)).unwrap();
        other.busy_timeout(std::time::Duration::ZERO).unwrap();
        other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
    }
    until(&audit, |status| status.position == Position(2)).await;
    auditor.answers.send_replace(true);
    audit.caught_up(&token, LONG).await.unwrap();
    app.shutdown(LONG).await.unwrap();
}
