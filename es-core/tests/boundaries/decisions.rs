//! What a handler sees through a boundary, and what is checked when it stores something.

use std::sync::Arc;

use es_core::command::{CommandError, CommandMessage, Handled, HandlingInterceptor, Veto};
use es_core::event::{Partition, Position, Tenant};
use es_core::prelude::*;
use es_core::runtime::Limits;
use es_core::store::{EventStore, Filter};
use tokio::sync::watch;

use super::domain::*;
use super::log::MeddledLog;
use super::logs::GatedLog;
use super::{Handlers, app, app_on, seat};

fn taken(course: &str, student: &str) -> SeatTaken {
    SeatTaken { course: course.to_owned(), student: student.to_owned() }
}

async fn students(app: &App, course: &str) -> Vec<String> {
    app.commands().send(Look { course: course.to_owned() }).await.unwrap()
}

#[tokio::test]
async fn a_handler_sees_the_state_that_the_log_says() {
    let app = app().await;
    for (student, left) in [("ada", 2), ("bob", 1), ("cyd", 0)] {
        assert_eq!(app.commands().send(seat("rust", student)).await.unwrap(), left);
    }
    let full = app.commands().send(seat("rust", "dan")).await;
    assert!(matches!(full, Err(CommandError::Rejected { error: NoSeat::Full, .. })), "{full:?}");
    let back = GiveBack { course: "rust".to_owned(), student: "bob".to_owned() };
    app.commands().send(back).await.unwrap();
    assert_eq!(app.commands().send(seat("rust", "dan")).await.unwrap(), 0);
    assert_eq!(students(&app, "rust").await, ["ada", "cyd", "dan"]);
}

#[tokio::test]
async fn each_boundary_of_a_handler_has_criteria_of_its_own() {
    let app = app().await;
    for course in ["rust", "sql"] {
        app.commands().send(seat(course, "ada")).await.unwrap();
    }
    let third = app.commands().send(seat("css", "ada")).await;
    let refused =
        matches!(third, Err(CommandError::Rejected { error: NoSeat::TooManyCourses, .. }));
    assert!(refused, "{third:?}");
    assert!(students(&app, "css").await.is_empty(), "what was refused stored nothing");
}

#[tokio::test]
async fn what_others_stored_meanwhile_decides_again_on_fresh_state() {
    for meddled in [taken("rust", "eve"), taken("sql", "ada")] {
        let log = MeddledLog::new();
        let app = app_on(&log).await;
        app.commands().send(seat("rust", "bob")).await.unwrap();
        let before = log.sourced();
        log.meddle_after(2, &meddled);
        let left = app.commands().send(seat("rust", "ada")).await.unwrap();
        let expected = if meddled.student == "eve" { 0 } else { 1 };
        assert_eq!(left, expected, "the answer comes from the second run");
        assert_eq!(log.sourced() - before, 4, "both boundaries are sourced twice");
    }
}

#[tokio::test]
async fn who_lost_to_others_too_often_is_told_and_may_send_it_again() {
    let log = MeddledLog::new();
    let store = Arc::clone(&log) as Arc<dyn EventStore>;
    let limits = Limits { conflict_retries: 1, ..Limits::default() };
    let app = App::builder().store(store).only::<Handlers>().limits(limits).start().await.unwrap();
    for (sourced, student) in [(1, "bob"), (3, "cyd")] {
        log.meddle_after(sourced, &taken("rust", student));
    }
    let error = app.commands().send(seat("rust", "ada")).await.unwrap_err();
    let CommandError::ConditionFailed { position, attempts, has_effects, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((position, attempts, has_effects), (Position(2), 2, false));
    assert!(error.is_retryable());
    assert_eq!(students(&app, "rust").await, ["bob", "cyd"]);
    assert_eq!(app.commands().send(seat("rust", "ada")).await.unwrap(), 0);
}

/// Tells how many decisions were made.
struct Telling(watch::Sender<usize>);

impl HandlingInterceptor for Telling {
    fn after(&self, _: &CommandMessage<'_>, _: Handled<'_>) -> Result<(), Veto> {
        self.0.send_modify(|made| *made += 1);
        Ok(())
    }
}

#[tokio::test]
async fn nothing_is_decided_on_what_may_still_fail() {
    let (log, gate) = GatedLog::new();
    let (tell, mut decided) = watch::channel(0);
    let app = App::builder().store(Arc::new(log) as Arc<dyn EventStore>).only::<Handlers>();
    let app = app.handling_interceptor(Telling(tell)).start().await.unwrap();
    let send = |student: &'static str| {
        let commands = app.commands().clone();
        tokio::spawn(async move { commands.send(seat("rust", student)).await })
    };
    let first = send("ada");
    decided.wait_for(|made| *made == 1).await.unwrap();
    // The first one waits at the gate while the second one is decided.
    let second = send("bob");
    decided.wait_for(|made| *made == 2).await.unwrap();
    gate.fail_one();
    let failed = first.await.unwrap().unwrap_err();
    assert!(failed.is_retryable() && !failed.is_rejection(), "{failed}");
    gate.let_through(2);
    assert_eq!(second.await.unwrap().unwrap(), 2);
    assert_eq!(*decided.borrow(), 2, "the second one had not seen what the first one decided");
    assert_eq!(students(&app, "rust").await, ["bob"]);
}

#[tokio::test]
async fn what_does_not_match_breaks_no_decision() {
    let log = MeddledLog::new();
    let app = app_on(&log).await;
    log.meddle(&CourseRenamed { course: "rust".to_owned() });
    log.meddle(&taken("sql", "eve"));
    app.commands().send(seat("rust", "ada")).await.unwrap();
    assert_eq!(log.sourced(), 2, "the names that were left empty are the state's own events");
}

#[tokio::test]
async fn another_tenants_events_are_not_seen() {
    let log = MeddledLog::new();
    let app = app_on(&log).await;
    let tenant = Tenant::new("acme").unwrap();
    for student in ["x", "y", "z"] {
        log.append(&taken("rust", student), tenant.clone()).await;
    }
    assert_eq!(app.commands().send(seat("rust", "ada")).await.unwrap(), 2);
    let of_acme = Dispatch::new().tenant(&tenant);
    let full = app.commands().send_with(seat("rust", "bob"), of_acme).await;
    assert!(matches!(full, Err(CommandError::Rejected { error: NoSeat::Full, .. })), "{full:?}");
}

#[tokio::test]
async fn a_decision_that_stores_nothing_is_judged_too() {
    let log = MeddledLog::new();
    let app = app_on(&log).await;
    app.commands().send(seat("rust", "ada")).await.unwrap();
    let head = app.log().head(Partition::default()).await.unwrap();
    log.meddle(&taken("rust", "eve"));
    assert_eq!(app.commands().send(seat("rust", "ada")).await.unwrap(), 1);
    let page = app.log().read(Partition::default(), head, &Filter::all(), 10).await.unwrap();
    assert_eq!(page.events.len(), 1, "nothing but what the other one stored");
}

#[tokio::test]
async fn a_refusal_is_given_only_while_it_holds() {
    let log = MeddledLog::new();
    let app = app_on(&log).await;
    for student in ["ada", "bob", "cyd"] {
        app.commands().send(seat("rust", student)).await.unwrap();
    }
    log.meddle_after(2, &SeatGivenBack { course: "rust".to_owned(), student: "bob".to_owned() });
    assert_eq!(app.commands().send(seat("rust", "dan")).await.unwrap(), 0);
    assert_eq!(students(&app, "rust").await, ["ada", "cyd", "dan"]);
}

#[tokio::test]
async fn a_panic_while_folding_fails_the_command_alone() {
    let log = MeddledLog::new();
    let app = app_on(&log).await;
    log.append(&taken("rust", "nobody"), Tenant::default()).await;
    let error = app.commands().send(seat("rust", "ada")).await.unwrap_err();
    assert!(!error.is_rejection(), "{error}");
    assert!(error.to_string().contains("a student has a name"), "{error}");
    app.commands().send(seat("sql", "ada")).await.unwrap();
}

#[tokio::test]
async fn a_handler_is_a_function_that_a_test_can_call() {
    let course = Boundary::from(Course { students: ["ada".to_owned()].into() });
    assert_eq!(look(&Look { course: "rust".to_owned() }, &course).unwrap(), ["ada"]);
}
