use std::collections::HashSet;

use es_core::aggregate::{Aggregate, EventSourced};
use es_core::event::{StreamId, Tenant};
use es_core::store::{Append, EventStore, NewEvent, SnapshotStore};
use serde_json::json;

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

/// Of every year's end there is a snapshot. It was called `YearEnded` once, and before that it was
/// a part of the last day.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(renamed_from("YearEnded"), upcast_from(LastDay))]
pub struct YearClosed {}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_into = (Sold, YearClosed))]
pub struct LastDay {
    pub amount: u64,
}

impl From<LastDay> for (Sold, YearClosed) {
    fn from(before: LastDay) -> Self {
        (Sold { amount: before.amount }, YearClosed {})
    }
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_from(LastDay))]
pub struct Sold {
    pub amount: u64,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct TillOpened {
    pub id: String,
}

/// Only looks at the till.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CheckTill {
    #[target]
    pub id: String,
}

#[aggregate(snapshot)]
#[derive(Debug, Serialize, Deserialize)]
pub struct Till {
    #[aggregate_identifier]
    pub id: String,
    pub sold: u64,
}

#[aggregate]
impl Till {
    #[command_handler]
    fn check(&self, _: CheckTill) -> Option<Sold> {
        None
    }

    #[event_sourcing_handler]
    fn on_opened(event: &TillOpened) -> Self {
        Self { id: event.id.clone(), sold: 0 }
    }

    #[event_sourcing_handler]
    fn on_sold(&mut self, event: &Sold) {
        self.sold += event.amount;
    }

    #[event_sourcing_handler(snapshot)]
    fn on_year_closed(&mut self, _: &YearClosed) {}
}

#[tokio::test]
async fn one_is_taken_after_a_load_of_an_event_that_asks_for_it_whatever_its_row_is_called() {
    let at_the_end = Some(Sequence(1));
    for (row, taken) in [
        (OldRow("YearClosed", 0, json!({})), at_the_end),
        (OldRow("YearEnded", 0, json!({})), at_the_end),
        (OldRow("LastDay", 0, json!({ "amount": 3 })), at_the_end),
        (OldRow("Sold", 0, json!({ "amount": 3 })), None),
    ] {
        let log = MemoryLog::new();
        let till = StreamId::new(&Tenant::default(), "Till", "t").unwrap();
        let rows = [OldRow("TillOpened", 0, json!({ "id": "t" })), row.clone()];
        let of_till = |row: &OldRow| NewEvent { stream: Some(till.clone()), ..row.unstored() };
        let batch = Append { events: rows.iter().map(of_till).collect(), ..Append::default() };
        log.reserve(None).await.unwrap().append(batch).await.unwrap();
        let app = App::test().store(log.clone()).only::<Till>().start().await.unwrap();
        app.commands().send(CheckTill { id: "t".to_owned() }).await.unwrap();
        let snapshot = log.snapshot(&till).await.unwrap();
        assert_eq!(snapshot.map(|it| it.sequence), taken, "{row:?}");
    }
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
