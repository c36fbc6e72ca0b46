//! Seats of a course: a rule over many streams, kept without an aggregate.
//!
//! A course has ten seats, a student takes part in three courses at most. Which aggregate would
//! keep that? A seat belongs to both, and locking both for each booking makes everybody wait for
//! everybody. Here the booking asks the log two questions instead, one about the course and one
//! about the student, and its event is stored only if neither answer has changed since.
use es_core::prelude::*;
use es_core::unit::UnitOfWork;
use es_sqlite as _;

/// Seats of a course.
pub const SEATS: usize = 10;
/// Courses of a student.
pub const COURSES: usize = 3;

/// Books a seat. There is no `#[target]`: no aggregate handles this.
#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct BookSeat {
    /// The course.
    pub course: String,
    /// Who wants to take part.
    pub student: String,
}

/// A seat was booked; the tags are how it is found from either side.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct SeatBooked {
    /// The course.
    #[tag]
    pub course: String,
    /// Who takes part.
    #[tag]
    pub student: String,
}

/// Why there is no seat.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSeat {
    /// Others have them all.
    #[error("the course is full")]
    CourseIsFull,
    /// The student has enough to do.
    #[error("nobody takes part in more than {COURSES} courses")]
    TooManyCourses,
}

/// The first question: who sits in this course?
#[derive(Default)]
pub struct Course {
    students: Vec<String>,
}

#[boundary]
impl Course {
    #[criteria]
    fn of(command: &BookSeat) -> Criteria {
        Criteria::tag("course", &command.course)
    }

    #[event_sourcing_handler]
    fn on_booked(&mut self, event: &SeatBooked) {
        self.students.push(event.student.clone());
    }
}

/// The second: how many courses does this student have?
#[derive(Default)]
pub struct Student {
    courses: usize,
}

#[boundary]
impl Student {
    #[criteria]
    fn of(command: &BookSeat) -> Criteria {
        Criteria::tag("student", &command.student)
    }

    #[event_sourcing_handler]
    fn on_booked(&mut self, _: &SeatBooked) {
        self.courses += 1;
    }
}

/// The rule, with both answers at hand. Booking a seat twice is booking it once.
#[command_handler]
pub fn book(
    command: BookSeat,
    course: Boundary<Course>,
    student: Boundary<Student>,
    unit: UnitOfWork,
) -> Result<(), NoSeat> {
    if course.students.contains(&command.student) {
        return Ok(());
    }
    if course.students.len() >= SEATS {
        return Err(NoSeat::CourseIsFull);
    }
    if student.courses >= COURSES {
        return Err(NoSeat::TooManyCourses);
    }
    unit.publish(SeatBooked { course: command.course, student: command.student });
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = App::builder().store("sqlite:data/course_seats.db").start().await?;
    let course = CommandId::generate().to_string(); // a new course at each run
    let student = |number| BookSeat { course: course.clone(), student: format!("{number}") };
    // Fifty students at once.
    let commands = app.commands();
    let bookings = futures_util::future::join_all((0..50).map(|n| commands.send(student(n))));
    let (seated, refused): (Vec<_>, Vec<_>) = bookings.await.into_iter().partition(Result::is_ok);
    println!("{} students have a seat, {} do not", seated.len(), refused.len());
    Ok(app.shutdown(std::time::Duration::from_secs(5)).await?)
}
