//! Several projections of one processor: one token, one transaction.

use es_core::event::Position;

use super::domain::{CoinsTaken, Jammed, TillOpened};
use super::*;

#[derive(View, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Takings {
    #[key]
    pub till: String,
    pub times: u64,
}

#[derive(View, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coins {
    #[key]
    pub till: String,
    pub cents: u64,
}

/// What both say about a till.
#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = (Option<u64>, Option<u64>))]
pub struct BothOf {
    pub till: String,
}

#[projection(name = "takings", processor = "cashier")]
impl Takings {
    #[event_handler]
    fn on_opened(event: &TillOpened, takings: &mut Views<Takings>) -> Result<(), Fault> {
        Ok(takings.upsert(&Self { till: event.till.clone(), times: 0 })?)
    }

    #[event_handler]
    fn on_taken(event: &CoinsTaken, takings: &mut Views<Takings>) -> Result<(), Fault> {
        let times = takings.load(&event.till)?.map_or(0, |row| row.times);
        Ok(takings.upsert(&Self { till: event.till.clone(), times: times + 1 })?)
    }
}

#[projection(name = "coins", processor = "cashier")]
impl Coins {
    #[event_handler]
    fn on_taken(
        event: &CoinsTaken,
        coins: &mut Views<Coins>,
        mischief: Inject<Mischief>,
    ) -> Result<(), Fault> {
        let cents = coins.load(&event.till)?.map_or(0, |row| row.cents);
        coins.upsert(&Self { till: event.till.clone(), cents: cents + event.cents })?;
        if mischief.jammed.lock().unwrap().contains(&event.till) {
            return Err(Jammed.into());
        }
        Ok(())
    }

    // Reads the other projection's view too, in the same snapshot.
    #[query_handler]
    fn both(
        query: &BothOf,
        coins: &Views<Coins>,
        takings: &Views<Takings>,
    ) -> Result<(Option<u64>, Option<u64>), Fault> {
        let times = takings.load(&query.till)?.map(|row| row.times);
        Ok((times, coins.load(&query.till)?.map(|row| row.cents)))
    }
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = u64)]
pub struct CountTakings {}

/// Writes nothing, and reads what another processor writes.
pub struct Counts;

#[projection(name = "counts")]
impl Counts {
    #[query_handler]
    fn count(_query: &CountTakings, takings: &Views<Takings>) -> Result<u64, Fault> {
        Ok(takings.count()?)
    }
}

async fn start(world: &World) -> App {
    world.builder().only::<(Till, Takings, Coins, Counts)>().start().await.unwrap()
}

async fn both(app: &App) -> (Option<u64>, Option<u64>) {
    app.queries().query(BothOf { till: "north".to_owned() }).await.unwrap()
}

#[tokio::test]
async fn projections_of_one_processor_move_together() {
    let world = World::default();
    let app = start(&world).await;
    assert_eq!(app.processors().len(), 1);
    open(&app, "north").await;
    let token = take(&app, "north", 7).await;
    app.projection::<Takings>().caught_up(&token, LONG).await.unwrap();
    assert_eq!(both(&app).await, (Some(1), Some(7)));
    assert_eq!(app.projection::<Coins>().status(), app.projection::<Takings>().status());
}

#[tokio::test]
async fn a_failure_of_one_undoes_the_event_for_all() {
    let world = World::default();
    let app = start(&world).await;
    open(&app, "north").await;
    world.mischief.jammed.lock().unwrap().insert("north".to_owned());
    take(&app, "north", 7).await;
    let handle = app.projection::<Takings>();
    failure(&handle).await;
    assert_eq!(both(&app).await, (Some(0), None));

    world.mischief.jammed.lock().unwrap().clear();
    until(&handle, |status| status.position == Position(2)).await;
    assert_eq!(both(&app).await, (Some(1), Some(7)));
}

#[tokio::test]
async fn a_query_handler_reads_the_view_of_another_processor() {
    let world = World::default();
    let app = start(&world).await;
    let token = open(&app, "north").await;
    app.projection::<Takings>().caught_up(&token, LONG).await.unwrap();
    assert_eq!(app.queries().query(CountTakings {}).await.unwrap(), 1);
}
