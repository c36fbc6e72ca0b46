use super::domain::Largest;
use super::*;

#[tokio::test]
async fn a_projection_survives_a_restart_and_goes_on() {
    let world = World::new();
    let app = world.start().await;
    count(&app, "north", 2).await;
    let token = count(&app, "south", 5).await;
    assert_eq!(tally(&app, "north", &token).await.unwrap().total, 2);
    app.shutdown(LONG).await.unwrap();

    let app = world.start().await;
    let token = count(&app, "north", 4).await;
    let expected = Tally { sheet: "north".to_owned(), total: 6, counts: 2 };
    assert_eq!(tally(&app, "north", &token).await, Some(expected));
    let largest = app.queries().query(Largest { at_least: 5 }).await.unwrap();
    assert_eq!(largest, ["south", "north"]);
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn a_deleted_read_side_is_rebuilt() {
    let world = World::new();
    let app = world.start().await;
    count(&app, "north", 2).await;
    let token = count(&app, "north", 3).await;
    tally(&app, "north", &token).await;
    app.shutdown(LONG).await.unwrap();

    std::fs::remove_file(world.path("orders.read.db")).unwrap();
    let app = world.start().await;
    assert_eq!(tally(&app, "north", &token).await.unwrap().total, 5);
    assert_eq!(app.projection::<Tally>().status().replay_until.0, 3);
    app.shutdown(LONG).await.unwrap();
}

#[tokio::test]
async fn many_events_waiting_are_handled_in_batches_with_one_row_each() {
    let world = World::new();
    let app = world.start().await;
    let commands = app.commands();
    let sending: Vec<_> = (0..1500)
        .map(|number| {
            let commands = commands.clone();
            let command = Count { sheet: format!("sheet-{}", number % 7), by: 1 };
            tokio::spawn(async move { commands.send_tracked(command).await.unwrap().token })
        })
        .collect();
    let mut token = CommitToken::default();
    for sent in sending {
        token = token.merge(&sent.await.unwrap());
    }
    assert_eq!(tally(&app, "sheet-0", &token).await.unwrap().counts, 215);
    app.shutdown(LONG).await.unwrap();
}
