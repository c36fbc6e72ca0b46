use es_core::projection::ProcessorState;

use super::domain::{ForgeLedger, LedgerTotals, UNLUCKY};
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
