//! The example `course_seats` on a real file: never more seats than there are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

#[allow(dead_code)]
#[path = "../examples/course_seats.rs"]
mod course_seats;

use std::{sync::Arc, time::Duration};

use course_seats::{BookSeat, COURSES, NoSeat, SEATS, SeatBooked, book};
use es_core::{app::App, command::CommandError, testing::stored};
use tokio::task::JoinSet;

async fn app(folder: &tempfile::TempDir) -> Arc<App> {
    let store = format!("sqlite:{}", folder.path().join("seats.db").display());
    Arc::new(App::builder().store(store).only::<book>().start().await.unwrap())
}

async fn race(app: &Arc<App>, bookings: impl IntoIterator<Item = (String, String)>) -> usize {
    let mut sending = JoinSet::new();
    for (course, student) in bookings {
        let app = Arc::clone(app);
        sending.spawn(async move { app.commands().send(BookSeat { course, student }).await });
    }
    let answers = sending.join_all().await;
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(matches!(error, CommandError::Rejected { .. }), "{error}");
    }
    answers.iter().filter(|answer| answer.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_students_race_for_ten_seats() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let students = (0..50).map(|student| ("rust".to_owned(), student.to_string()));
    assert_eq!(race(&app, students).await, SEATS);
    assert_eq!(stored(&app).await.of::<SeatBooked>().len(), SEATS);
    Arc::into_inner(app).unwrap().shutdown(Duration::from_secs(10)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_student_races_for_fifty_courses() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(&folder).await;
    let courses = (0..50).map(|course| (course.to_string(), "ada".to_owned()));
    assert_eq!(race(&app, courses).await, COURSES);
    assert_eq!(stored(&app).await.of::<SeatBooked>().len(), COURSES);
    let fourth = BookSeat { course: "one more".to_owned(), student: "ada".to_owned() };
    let error = app.commands().send(fourth).await.unwrap_err();
    assert!(
        matches!(error, CommandError::Rejected { error: NoSeat::TooManyCourses, .. }),
        "{error}"
    );
    Arc::into_inner(app).unwrap().shutdown(Duration::from_secs(10)).await.unwrap();
}
