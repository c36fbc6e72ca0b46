use es_core::aggregate::LoadError;

use super::old_rows::*;
use super::today::*;
use super::*;

async fn load(app: &App) -> (Customer, u64) {
    let loaded = app.repository::<Customer>().load(&ada()).await.unwrap();
    let version = loaded.version.0;
    (loaded.into_inner(), version)
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn a_row_of_another_name_and_shape_is_read_as_the_event_of_today() {
    let log = log_with(&[made(), baptised("Ada")]).await;
    let (customer, version) = load(&app_on(&log).await).await;
    assert_eq!((customer.id.as_str(), version), ("ada", 1));
    assert_eq!(customer.names, [(0, "Ada".to_owned())]);
}

#[tokio::test]
async fn a_row_that_became_several_events_is_folded_in_order_and_counts_once() {
    let log =
        log_with(&[made(), contact("1", "Ockham"), changed(&["A", "B"], Some("London"))]).await;
    let (customer, version) = load(&app_on(&log).await).await;
    assert_eq!(version, 2, "three rows, six events");
    assert_eq!(customer.names, [(1, "A".to_owned()), (1, "B".to_owned())]);
    assert_eq!(customer.cities, strings(&["Ockham", "London"]));
    assert_eq!(customer.phone.as_deref(), Some("1"));
}

#[tokio::test]
async fn what_a_row_became_may_have_become_something_else_later() {
    let log = log_with(&[imported("London")]).await;
    let (customer, version) = load(&app_on(&log).await).await;
    assert_eq!((customer.cities, version), (strings(&["London"]), 0));
}

#[tokio::test]
async fn a_command_is_decided_on_it_and_appends_behind_the_stored_rows() {
    let nothing = changed(&[], None);
    let log = log_with(&[made(), greeted(), changed(&["A", "B"], Some("London")), nothing]).await;
    let app = app_on(&log).await;
    let move_to = |city: &str| Move { id: ada(), city: city.to_owned() };
    app.commands().send(move_to("London")).await.unwrap();
    assert_eq!(load(&app).await.1, 3, "she lives there already");
    app.commands().send(move_to("Paris")).await.unwrap();
    app.commands().send(move_to("Rome")).await.unwrap();
    assert_eq!(load(&app).await.1, 5);

    // Another program has nothing live, and decides on the same.
    let app = app_on(&log).await;
    app.commands().send(move_to("Rome")).await.unwrap();
    let (customer, version) = load(&app).await;
    assert_eq!((customer.cities, version), (strings(&["London", "Paris", "Rome"]), 5));
}

#[tokio::test]
async fn the_past_of_each_stored_row_can_be_loaded() {
    let rows = [made(), changed(&["A"], Some("London")), greeted(), contact("1", "Paris")];
    let app = app_on(&log_with(&rows).await).await;
    let customers = app.repository::<Customer>();
    let cities = [&[][..], &["London"], &["London"], &["London", "Paris"]];
    for (sequence, cities) in cities.into_iter().enumerate() {
        let loaded = customers.load_at(&ada(), Sequence(sequence as u64)).await.unwrap();
        assert_eq!(loaded.version, Sequence(sequence as u64));
        assert_eq!(loaded.cities, strings(cities));
    }
}

#[tokio::test]
async fn a_history_has_a_step_for_each_stored_row_with_its_events() {
    let rows = [made(), changed(&["A"], Some("London")), greeted(), changed(&[], None)];
    let app = app_on(&log_with(&rows).await).await;
    let mut history = app.repository::<Customer>().history(&ada()).unwrap();
    let mut steps = vec![];
    while let Some(step) = history.next().await.unwrap() {
        steps.push((step.sequence.0, step.recorded.name.to_string(), step.events));
    }
    let (renamed, moved) = (Renamed { name: "A".into() }, Moved { city: "London".into() });
    let both = vec![CustomerEvent::Renamed(renamed), CustomerEvent::Moved(moved)];
    let registered = vec![CustomerEvent::Registered(Registered { id: ada() })];
    let expected = [
        (0, "CustomerMade".to_owned(), registered),
        (1, "CustomerChanged".to_owned(), both),
        (2, "CustomerGreeted".to_owned(), vec![]),
        (3, "CustomerChanged".to_owned(), vec![]),
    ];
    assert_eq!(steps, expected);
}

#[tokio::test]
async fn rows_of_which_nothing_is_left_make_no_aggregate_and_keep_their_place() {
    let log = log_with(&[greeted(), changed(&[], None)]).await;
    let app = app_on(&log).await;
    let customers = app.repository::<Customer>();
    let is_missing = |error| matches!(error, LoadError::NotFound { .. });
    assert!(is_missing(customers.load(&ada()).await.unwrap_err()));
    let mut history = customers.history(&ada()).unwrap();
    assert!(is_missing(history.next().await.err().unwrap()));

    app.commands().send(Register { id: ada() }).await.unwrap();
    assert_eq!(load(&app).await.1, 2, "it stands behind them");
    let mut history = customers.history(&ada()).unwrap();
    assert_eq!(history.next().await.unwrap().unwrap().sequence, Sequence(2));
    assert!(history.next().await.unwrap().is_none());
    // And so it is for one who has nothing live.
    let (customer, version) = load(&app_on(&log).await).await;
    assert_eq!((customer.id, version), (ada(), 2));
}
