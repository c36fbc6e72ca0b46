use es_core::event::Partition;
use es_core::store::{Criteria, EventStore, Filter, Marker};

use super::old_rows::*;
use super::today::*;
use super::*;

fn rows() -> [OldRow; 6] {
    [
        imported("London"),
        changed(&["A", "B"], None),
        greeted(),
        contact("1", "Paris"),
        OldRow("Contact", 1, serde_json::json!({ "phone": "2" })),
        moved("Rome"),
    ]
}

fn moves() -> [Vec<Moved>; 5] {
    let to = |city: &str| vec![Moved { city: city.to_owned() }];
    [to("London"), vec![], to("Paris"), vec![], to("Rome")]
}

#[tokio::test]
async fn a_filter_by_an_event_finds_the_rows_under_all_its_names() {
    let log = log_with(&rows()).await;
    let page = log.read(Partition::default(), Position(0), &Filter::event::<Moved>(), 10).await;
    let found: Vec<Vec<Moved>> =
        page.unwrap().events.iter().map(|row| row.events().unwrap()).collect();
    assert_eq!(found, moves());
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Praised", renamed_from("Lauded"))]
struct PraisedV0 {
    by: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(revision = 1, from = PraisedV0)]
struct Praised {
    by: Vec<String>,
}

impl From<PraisedV0> for Praised {
    fn from(before: PraisedV0) -> Self {
        Self { by: vec![before.by] }
    }
}

#[test]
fn a_filter_by_an_event_names_what_an_earlier_revision_was_called() {
    let names = Filter::event::<Praised>().names;
    let mut names: Vec<_> = names.iter().map(|name| &**name).collect();
    names.sort_unstable();
    assert_eq!(names, ["Lauded", "Praised"]);
}

#[tokio::test]
async fn criteria_by_an_event_find_the_rows_under_all_its_names() {
    let log = log_with(&rows()).await;
    let mut found = vec![];
    let mut visit = |row: &es_core::event::RecordedEvent| {
        found.push(row.events::<Moved>().unwrap());
        std::ops::ControlFlow::Continue(())
    };
    let tenant = es_core::event::Tenant::default();
    let criteria = Criteria::event::<Moved>();
    log.source(&tenant, &criteria, Marker::default(), &mut visit).await.unwrap();
    assert_eq!(found, moves());
}

#[tokio::test]
async fn a_subscription_by_the_name_of_today_finds_them_before_and_after_it_has_caught_up() {
    let log = log_with(&rows()).await;
    let app = app_on(&log).await;
    let mut rows_found = app.events().subscribe_after(Position(0), Filter::names(["Moved"]));
    for expected in moves() {
        let row = rows_found.next().await.unwrap().unwrap();
        assert_eq!(row.events::<Moved>().unwrap(), expected);
    }
    // A node of an earlier version is still running, and writes what it knows.
    append(&log, &[greeted(), contact("3", "Oslo")]).await;
    let row = rows_found.next().await.unwrap().unwrap();
    assert_eq!((&*row.name, row.position), ("Contact", Position(8)), "as it is stored");
    assert_eq!(row.events::<Moved>().unwrap(), [Moved { city: "Oslo".into() }]);
}

#[tokio::test]
async fn a_row_gives_its_events_of_each_type_and_of_others_none() {
    let log = log_with(&[changed(&["A", "B"], Some("Paris")), made()]).await;
    let page = log.read(Partition::default(), Position(0), &Filter::all(), 10).await.unwrap();
    let [row, made] = &page.events[..] else { panic!("{page:?}") };
    let names = ["A", "B"].map(|name| Renamed { name: name.to_owned() });
    assert_eq!(row.events::<Renamed>().unwrap(), names);
    assert_eq!(row.events::<Contact>().unwrap(), []);
    assert_eq!(made.events::<Registered>().unwrap(), [Registered { id: ada() }]);
    assert_eq!(made.events::<Moved>().unwrap(), []);
}
