//! Yesterday's program wrote the file, today's goes on with it: events were renamed, split and
//! dropped meanwhile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod today;
mod yesterday;

use std::time::Duration;

use es_core::event::Tenant;
use es_core::prelude::*;
use es_core::registry::Component;
use es_core::store::{Filter, Marker};
use es_sqlite as _;
use tempfile::TempDir;

use today::{EmailSet, Member, MemberEvent, MemberJoined, MemberRenamed, Names};
use yesterday::{ChangeMember, MakeMember};

async fn start<C: Component>(folder: &TempDir) -> App {
    let url = format!("sqlite:{}", folder.path().join("members.db").display());
    let meanwhile = today::Meanwhile(tokio::sync::Mutex::new(None));
    let builder = App::builder().store(url.as_str()).provide(std::sync::Arc::new(meanwhile));
    builder.only::<C>().start().await.unwrap()
}

async fn stop(app: App) {
    app.shutdown(Duration::from_secs(10)).await.unwrap();
}

fn ada() -> String {
    "ada".to_owned()
}

fn change(names: &[&str], email: Option<&str>) -> ChangeMember {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    ChangeMember { id: ada(), names, email: email.map(str::to_owned) }
}

/// Lets yesterday's program make Ada and change her, and ends it.
async fn yesterday(folder: &TempDir, changes: &[ChangeMember]) {
    let app = start::<yesterday::Member>(folder).await;
    app.commands().send(MakeMember { id: ada() }).await.unwrap();
    for change in changes {
        app.commands().send(change.clone()).await.unwrap();
    }
    stop(app).await;
}

#[tokio::test]
async fn todays_program_goes_on_where_yesterdays_stopped() {
    let folder = tempfile::tempdir().unwrap();
    yesterday(&folder, &[change(&["A", "B"], Some("a@b.c")), change(&[], None)]).await;

    let app = start::<Member>(&folder).await;
    let member = app.repository::<Member>().load(&ada()).await.unwrap();
    assert_eq!(member.version, Sequence(4), "five rows, whatever they are today");
    assert_eq!(
        (&*member.names, member.email.as_deref()),
        (&["A".into(), "B".into()][..], Some("a@b.c"))
    );
    app.commands().send(today::Rename { id: ada(), name: "B".into() }).await.unwrap();
    app.commands().send(today::Rename { id: ada(), name: "C".into() }).await.unwrap();
    stop(app).await;

    // Once more, from the snapshot that today's program took.
    let app = start::<Member>(&folder).await;
    let member = app.repository::<Member>().load(&ada()).await.unwrap();
    assert_eq!((member.version, member.names.join("")), (Sequence(5), "ABC".to_owned()));
    let mut history = app.repository::<Member>().history(&ada()).unwrap();
    let mut events = vec![];
    while let Some(step) = history.next().await.unwrap() {
        events.push(step.events);
    }
    let renamed = |name: &str| MemberEvent::MemberRenamed(MemberRenamed { name: name.into() });
    let email = MemberEvent::EmailSet(EmailSet { email: "a@b.c".into() });
    let joined = MemberEvent::MemberJoined(MemberJoined { id: ada() });
    let expected = [
        vec![joined],
        vec![],
        vec![renamed("A"), renamed("B"), email],
        vec![],
        vec![],
        vec![renamed("C")],
    ];
    assert_eq!(events, expected);
    stop(app).await;
}

#[tokio::test]
async fn a_projection_finds_the_rows_and_keeps_its_token_over_those_that_mean_nothing() {
    let folder = tempfile::tempdir().unwrap();
    yesterday(&folder, &[change(&["A", "B"], None), change(&["A"], None)]).await;
    let caught_up = async |app: &App, position: u64| {
        let names = app.projection::<Names>();
        names.reached(Position(position), Duration::from_secs(60)).await.unwrap();
    };
    let names = async |app: &App| {
        let found = app.queries().query(today::AllNames {}).await.unwrap();
        found.iter().map(|names| format!("{} {}", names.name, names.count)).collect::<Vec<_>>()
    };

    let app = start::<(Member, Names)>(&folder).await;
    caught_up(&app, 5).await;
    assert_eq!(names(&app).await, ["A 2", "B 1"]);
    stop(app).await;

    // A node of yesterday's version writes on.
    let app = start::<yesterday::Member>(&folder).await;
    app.commands().send(change(&[], None)).await.unwrap();
    app.commands().send(change(&["B"], None)).await.unwrap();
    stop(app).await;
    let app = start::<(Member, Names)>(&folder).await;
    caught_up(&app, 9).await;
    assert_eq!(names(&app).await, ["A 2", "B 2"], "nothing was handled twice");
    stop(app).await;
}

#[tokio::test]
async fn filters_and_criteria_find_the_rows_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    yesterday(&folder, &[change(&["A"], Some("a@b.c")), change(&["B"], None)]).await;
    let app = start::<Member>(&folder).await;
    let mut subscription = app.events().subscribe_after(Position(0), Filter::names(["EmailSet"]));
    let row = subscription.next().await.unwrap().unwrap();
    assert_eq!((&*row.name, row.position), ("MemberChanged", Position(3)));
    assert_eq!(row.events::<EmailSet>().unwrap(), [EmailSet { email: "a@b.c".into() }]);

    let mut found = vec![];
    let criteria = Criteria::event::<EmailSet>().and(Criteria::tag("email", "a@b.c"));
    let mut visit = |row: &es_core::event::RecordedEvent| {
        found.push(row.position);
        std::ops::ControlFlow::Continue(())
    };
    app.log().source(&Tenant::default(), &criteria, Marker::default(), &mut visit).await.unwrap();
    assert_eq!(found, [Position(3)]);
    stop(app).await;
}

#[tokio::test]
async fn a_decision_is_broken_by_a_row_that_yesterdays_program_wrote_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    yesterday(&folder, &[change(&[], Some("old@b.c"))]).await;
    let app = start::<(Member, today::reserve)>(&folder).await;
    let reserve = |email: &str| today::Reserve { email: email.to_owned() };
    let error = app.commands().send(reserve("old@b.c")).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&today::Taken), "it is in a row of earlier days");
    app.commands().send(reserve("free@b.c")).await.unwrap();
    stop(app).await;

    let other = start::<yesterday::Member>(&folder).await;
    let meanwhile = (other, change(&[], Some("new@b.c")));
    let meanwhile = today::Meanwhile(tokio::sync::Mutex::new(Some(meanwhile)));
    let url = format!("sqlite:{}", folder.path().join("members.db").display());
    let builder = App::builder().store(url.as_str()).provide(std::sync::Arc::new(meanwhile));
    let app = builder.only::<(Member, today::reserve)>().start().await.unwrap();
    let error = app.commands().send(reserve("new@b.c")).await.unwrap_err();
    assert_eq!(error.rejection(), Some(&today::Taken), "decided again, and seen");
    stop(app).await;
}

#[tokio::test]
async fn what_todays_program_does_not_know_fails_the_load_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let app = start::<Member>(&folder).await;
    stop(app).await;
    yesterday(&folder, &[change(&["A"], None)]).await;
    // Yesterday's program does not know what today's writes either.
    let app = start::<Member>(&folder).await;
    app.commands().send(today::Rename { id: ada(), name: "B".into() }).await.unwrap();
    stop(app).await;
    let app = start::<yesterday::Member>(&folder).await;
    let error = app.commands().send(change(&["C"], None)).await.unwrap_err().to_string();
    assert!(
        error.contains("`Member ada at sequence 3` has the unknown event `MemberRenamed`"),
        "{error}"
    );
    app.commands().send(MakeMember { id: "bob".to_owned() }).await.unwrap();
    stop(app).await;
}
