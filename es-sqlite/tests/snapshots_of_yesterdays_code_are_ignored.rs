//! One file, the code of three days: a snapshot is used by the code that took it, and no other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

use std::time::Duration;

use es_core::event::{StreamId, Tenant};
use es_core::prelude::*;
use es_core::registry::Component;
use es_sqlite as _;
use tempfile::TempDir;

/// The program of one day: what it counts with, and how it counts a coin.
macro_rules! program {
    ($day:ident, coin: { $($coin:tt)* }, worth: $worth:expr) => {
        mod $day {
            use es_core::prelude::*;

            #[derive(Command, Clone, Serialize, Deserialize)]
            #[command(name = "PutIn")]
            pub struct PutIn {
                #[target]
                pub jar: String,
                pub cents: Vec<i64>,
            }

            #[derive(Event, Serialize, Deserialize)]
            #[event(name = "CoinPutIn")]
            pub struct CoinPutIn {
                pub jar: String,
                pub cents: i64,
            }

            #[derive(State, Default, Serialize, Deserialize)]
            $($coin)*

            #[aggregate(name = "Jar", snapshot_every = 4)]
            #[derive(Default, Serialize, Deserialize)]
            pub struct Jar {
                #[aggregate_identifier]
                pub jar: String,
                pub cents: i64,
                pub largest: Coin,
            }

            #[aggregate]
            impl Jar {
                #[command_handler]
                fn put_in(_jar: Option<&Self>, command: PutIn) -> Vec<CoinPutIn> {
                    let jar = command.jar;
                    let put_in = |cents| CoinPutIn { jar: jar.clone(), cents };
                    command.cents.into_iter().map(put_in).collect()
                }

                #[event_sourcing_handler]
                fn on_put_in(&mut self, event: &CoinPutIn) {
                    self.jar.clone_from(&event.jar);
                    self.cents += $worth(event.cents);
                    self.largest.cents = self.largest.cents.max(event.cents);
                }
            }
        }
    };
}

program!(monday, coin: { pub struct Coin { pub cents: i64 } }, worth: |cents: i64| cents * 10);
// The sum was wrong.
program!(tuesday, coin: { pub struct Coin { pub cents: i64 } }, worth: |cents: i64| cents);
// And a coin knows more, which is not written in the snapshots of Tuesday.
program!(
    wednesday,
    coin: { pub struct Coin { pub cents: i64, #[serde(default)] pub metal: String } },
    worth: |cents: i64| cents
);

async fn start<A: Component>(folder: &TempDir) -> App {
    let url = format!("sqlite:{}", folder.path().join("jars.db").display());
    App::builder().store(url).only::<A>().start().await.unwrap()
}

async fn stop(app: App) {
    app.shutdown(Duration::from_secs(10)).await.unwrap();
}

fn id() -> String {
    "j".to_owned()
}

async fn schema(app: &App) -> u64 {
    let stream = StreamId::new(&Tenant::default(), "Jar", "j").unwrap();
    app.log().snapshot(&stream).await.unwrap().unwrap().schema
}

#[tokio::test]
async fn corrected_code_and_another_shape_fold_again_and_take_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let app = start::<monday::Jar>(&folder).await;
    app.commands().send(monday::PutIn { jar: id(), cents: vec![1, 2, 5, 10] }).await.unwrap();
    let mondays = schema(&app).await;
    stop(app).await;
    let app = start::<monday::Jar>(&folder).await;
    assert_eq!(app.repository::<monday::Jar>().load(&id()).await.unwrap().cents, 180);
    stop(app).await;

    let app = start::<tuesday::Jar>(&folder).await;
    assert_eq!(app.repository::<tuesday::Jar>().load(&id()).await.unwrap().cents, 18);
    app.commands().send(tuesday::PutIn { jar: id(), cents: vec![20] }).await.unwrap();
    assert_eq!(app.repository::<tuesday::Jar>().load(&id()).await.unwrap().cents, 38);
    let tuesdays = schema(&app).await;
    assert_ne!(mondays, tuesdays, "the load passed the threshold and took its own");
    stop(app).await;

    let app = start::<wednesday::Jar>(&folder).await;
    let jar = app.repository::<wednesday::Jar>().load(&id()).await.unwrap();
    assert_eq!((jar.cents, jar.largest.cents, jar.largest.metal.as_str()), (38, 20, ""));
    app.commands().send(wednesday::PutIn { jar: id(), cents: vec![50] }).await.unwrap();
    assert_ne!(schema(&app).await, tuesdays);
    stop(app).await;

    // Who goes back to Tuesday's code finds one from the future, and folds again as well.
    let app = start::<tuesday::Jar>(&folder).await;
    assert_eq!(app.repository::<tuesday::Jar>().load(&id()).await.unwrap().cents, 88);
    app.commands().send(tuesday::PutIn { jar: id(), cents: vec![1] }).await.unwrap();
    assert_eq!(schema(&app).await, tuesdays);
    stop(app).await;
}
