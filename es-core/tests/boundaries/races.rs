//! Many at once: never more seats than there are.

use es_core::prelude::*;
use tokio::task::JoinSet;

use super::domain::*;
use super::log::MeddledLog;
use super::{app_on, seat};

/// Lets twenty students race for a course's seats; tells how many got one.
async fn race(app: &App) -> usize {
    let mut sending = JoinSet::new();
    for student in 0..20 {
        let commands = app.commands();
        sending.spawn(async move { commands.send(seat("rust", student)).await });
    }
    sending.join_all().await.iter().filter(|answer| answer.is_ok()).count()
}

async fn seated(app: &App) -> usize {
    app.commands().send(Look { course: "rust".to_owned() }).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_students_race_for_three_seats() {
    let log = MeddledLog::new();
    let app = app_on(&log).await;
    assert_eq!(race(&app).await, SEATS);
    assert_eq!(seated(&app).await, SEATS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_forgets_conditions_is_found_by_the_race() {
    let log = MeddledLog::new();
    log.forget_conditions();
    let app = app_on(&log).await;
    // Meddling between the reading and the append makes the overlap certain.
    for student in 0..SEATS {
        let student = format!("early {student}");
        log.meddle(&SeatTaken { course: "rust".to_owned(), student });
    }
    race(&app).await;
    assert!(seated(&app).await > SEATS, "the race must notice a log without conditions");
}
