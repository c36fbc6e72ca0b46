//! A row that became several events, of which a boundary asks for each by another tag.

use std::convert::Infallible;

use es_core::event::{EventId, Metadata, Tag};
use es_core::store::{Append, EventStore, NewEvent};

use super::*;

/// Once the course and the student were in one event.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_into = (SeatTaken, CourseJoined))]
pub struct Enrolled {
    pub course: String,
    pub student: String,
}

impl From<Enrolled> for (SeatTaken, CourseJoined) {
    fn from(before: Enrolled) -> Self {
        (SeatTaken { course: before.course }, CourseJoined { student: before.student })
    }
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_from(Enrolled))]
pub struct SeatTaken {
    #[tag]
    pub course: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_from(Enrolled))]
pub struct CourseJoined {
    #[tag]
    pub student: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Count {
    pub course: String,
    pub student: String,
}

/// The seats of the course, and the courses of the student.
#[derive(Debug, Default)]
pub struct Counted(u32, u32);

#[boundary]
impl Counted {
    #[criteria]
    fn of(command: &Count) -> Criteria {
        let seats = Criteria::event::<SeatTaken>().and(Criteria::tag("course", &command.course));
        let courses =
            Criteria::event::<CourseJoined>().and(Criteria::tag("student", &command.student));
        seats.or(courses)
    }

    #[event_sourcing_handler]
    fn on_seat(&mut self, _: &SeatTaken) {
        self.0 += 1;
    }

    #[event_sourcing_handler]
    fn on_course(&mut self, _: &CourseJoined) {
        self.1 += 1;
    }
}

#[command_handler]
fn count(_: &Count, counted: Boundary<Counted>) -> Result<(u32, u32), Infallible> {
    Ok((counted.0, counted.1))
}

/// The same by the name of earlier days alone.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct CountRows {}

#[derive(Debug, Default)]
pub struct Rows(u32);

#[boundary]
impl Rows {
    #[criteria]
    fn of(_: &CountRows) -> Criteria {
        Criteria::event::<Enrolled>()
    }

    #[event_sourcing_handler]
    fn on_seat(&mut self, _: &SeatTaken) {
        self.0 += 1;
    }

    #[event_sourcing_handler]
    fn on_course(&mut self, _: &CourseJoined) {
        self.0 += 10;
    }
}

#[command_handler]
fn count_rows(_: &CountRows, rows: Boundary<Rows>) -> Result<u32, Infallible> {
    Ok(rows.0)
}

fn row(name: &'static str, of: &[(&'static str, &str)]) -> NewEvent {
    let fields = of.iter().map(|(key, value)| ((*key).to_owned(), (*value).into()));
    NewEvent {
        id: EventId::generate(),
        stream: None,
        name: name.into(),
        revision: 0,
        payload: serde_json::Value::Object(fields.collect()).to_string().into(),
        metadata: Metadata::new(),
        tags: of.iter().map(|(key, value)| Tag::new(*key, *value)).collect(),
    }
}

fn enrolled(course: &str, student: &str) -> NewEvent {
    row("Enrolled", &[("course", course), ("student", student)])
}

async fn app_with(events: Vec<NewEvent>) -> App {
    let log = MemoryLog::new();
    let batch = Append { events, ..Append::default() };
    log.reserve(None).await.unwrap().append(batch).await.unwrap();
    App::test().store(log).only::<(count, count_rows)>().start().await.unwrap()
}

fn count_of(course: &str, student: &str) -> Count {
    Count { course: course.to_owned(), student: student.to_owned() }
}

#[tokio::test]
async fn of_an_old_row_only_the_events_are_folded_whose_criterion_the_row_matches() {
    let rows = vec![
        enrolled("C1", "S1"),
        enrolled("C1", "S2"),
        row("SeatTaken", &[("course", "C1")]),
        enrolled("C2", "S1"),
        enrolled("C3", "S1"),
        enrolled("C2", "S2"),
        row("CourseJoined", &[("student", "S1")]),
    ];
    let app = app_with(rows).await;
    let cases = [("C1", "S1", (3, 4)), ("C2", "S2", (2, 2)), ("C3", "S9", (1, 0))];
    for (course, student, expected) in cases {
        let counted = app.commands().send(count_of(course, student)).await.unwrap();
        assert_eq!(counted, expected, "{course} {student}");
    }
}

#[tokio::test]
async fn a_boundary_that_asks_for_the_old_name_gets_all_that_its_rows_became() {
    let app = app_with(vec![enrolled("C1", "S1"), enrolled("C2", "S2")]).await;
    assert_eq!(app.commands().send(CountRows {}).await.unwrap(), 22);
}
