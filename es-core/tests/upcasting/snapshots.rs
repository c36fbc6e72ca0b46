use std::collections::HashSet;

use es_core::aggregate::{Aggregate, EventSourced};
use es_core::store::SnapshotStore;

use super::old_rows::*;
use super::today::*;
use super::*;

#[tokio::test]
async fn a_snapshot_over_rows_of_earlier_days_stands_at_a_stored_row() {
    let rows = [made(), changed(&["A", "B"], Some("Paris")), baptised("C"), contact("1", "Rome")];
    let log = log_with(&[&rows[..], &[greeted()]].concat()).await;
    let app = app_on(&log).await;
    app.commands().send(Move { id: ada(), city: "Rome".into() }).await.unwrap();
    let snapshot = log.snapshot(&stream()).await.unwrap().expect("the load passed four rows");
    assert_eq!(snapshot.sequence, Sequence(4), "of a row that means nothing today");

    append(&log, &[changed(&[], Some("Oslo")), greeted()]).await;
    let app = app_on(&log).await;
    let loaded = app.repository::<Customer>().load(&ada()).await.unwrap();
    assert_eq!(loaded.version, Sequence(6));
    assert_eq!(loaded.cities, ["Paris", "Rome", "Oslo"]);
    app.commands().send(Move { id: ada(), city: "Lima".into() }).await.unwrap();
    let loaded = app.repository::<Customer>().load(&ada()).await.unwrap();
    assert_eq!((loaded.version, loaded.cities.len()), (Sequence(7), 4));
}

macro_rules! shop {
    ($name:ident, $($past:tt)*) => {
        mod $name {
            use es_core::prelude::*;

            #[derive(Event, Debug, Clone, Serialize, Deserialize)]
            #[event(revision = 1, $($past)*)]
            pub struct Opened {
                #[serde(default)]
                pub id: String,
            }

            #[aggregate(snapshot)]
            #[derive(Debug, Serialize, Deserialize)]
            pub struct Shop {
                #[aggregate_identifier]
                pub id: String,
            }

            #[aggregate]
            impl Shop {
                #[event_sourcing_handler]
                fn on_opened(event: &Opened) -> Self {
                    Self { id: event.id.clone() }
                }
            }
        }
    };
}

/// What an opening was in the beginning.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(name = "Opened")]
pub struct FirstOpened {}

impl From<FirstOpened> for changed::Opened {
    fn from(_: FirstOpened) -> Self {
        Self { id: "the only one".into() }
    }
}

shop!(as_ever, name = "Opened");
shop!(changed, name = "Opened", from = super::FirstOpened);
shop!(renamed, renamed_from("ShopOpened"));
shop!(renamed_twice, renamed_from("ShopOpened", "OpenedShop"));

fn schema<A: Aggregate>() -> u64 {
    A::SNAPSHOTS.unwrap().schema()
}

#[test]
fn another_past_of_an_event_is_another_schema() {
    let schemas = HashSet::from([
        schema::<as_ever::Shop>(),
        schema::<changed::Shop>(),
        schema::<renamed::Shop>(),
        schema::<renamed_twice::Shop>(),
    ]);
    assert_eq!(schemas.len(), 4);
    assert_eq!(as_ever::Shop::EVENTS.len(), 1);
}
