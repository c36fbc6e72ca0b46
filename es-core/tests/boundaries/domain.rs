//! Courses with three seats, and students who take part in two courses at most.

use std::collections::BTreeSet;
use std::convert::Infallible;

use es_core::prelude::*;
use es_core::unit::UnitOfWork;

pub const SEATS: usize = 3;
pub const COURSES: usize = 2;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct TakeSeat {
    pub course: String,
    pub student: String,
}

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct GiveBack {
    pub course: String,
    pub student: String,
}

/// Asks who sits in a course.
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Look {
    pub course: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct SeatTaken {
    #[tag]
    pub course: String,
    #[tag]
    pub student: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct SeatGivenBack {
    #[tag]
    pub course: String,
    #[tag]
    pub student: String,
}

/// Concerns courses, and no decision about their seats.
#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct CourseRenamed {
    #[tag]
    pub course: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSeat {
    #[error("the course is full")]
    Full,
    #[error("the student takes part in {COURSES} courses already")]
    TooManyCourses,
}

/// Who sits in a course.
#[derive(Debug, Default)]
pub struct Course {
    pub students: BTreeSet<String>,
}

#[boundary]
impl Course {
    #[criteria]
    fn of_seat(command: &TakeSeat) -> Criteria {
        Criteria::tag("course", &command.course)
    }

    #[criteria]
    fn of_look(command: &Look) -> Criteria {
        Criteria::tag("course", &command.course)
    }

    #[event_sourcing_handler]
    fn on_taken(&mut self, event: &SeatTaken) {
        assert_ne!(event.student, "nobody", "a student has a name");
        self.students.insert(event.student.clone());
    }

    #[event_sourcing_handler]
    fn on_given_back(&mut self, event: &SeatGivenBack) {
        self.students.remove(&event.student);
    }
}

/// Which courses a student takes part in.
#[derive(Debug, Default)]
pub struct Student {
    courses: BTreeSet<String>,
}

#[boundary]
impl Student {
    #[criteria]
    fn of_seat(command: &TakeSeat) -> Criteria {
        Criteria::tag("student", &command.student)
    }

    #[criteria]
    fn of_give_back(command: &GiveBack) -> Criteria {
        Criteria::tag("student", &command.student).and(Criteria::tag("course", &command.course))
    }

    #[event_sourcing_handler]
    fn on_taken(&mut self, event: &SeatTaken) {
        self.courses.insert(event.course.clone());
    }

    #[event_sourcing_handler]
    fn on_given_back(&mut self, event: &SeatGivenBack) {
        self.courses.remove(&event.course);
    }
}

/// Two boundaries, each with a condition of its own; answers how many seats are left.
#[command_handler]
pub async fn take_seat(
    command: TakeSeat,
    course: Boundary<Course>,
    student: &Boundary<Student>,
    unit: UnitOfWork,
) -> Result<usize, NoSeat> {
    if course.students.contains(&command.student) {
        return Ok(SEATS - course.students.len());
    }
    if course.students.len() >= SEATS {
        return Err(NoSeat::Full);
    }
    if student.courses.len() >= COURSES {
        return Err(NoSeat::TooManyCourses);
    }
    unit.publish(SeatTaken { course: command.course, student: command.student });
    Ok(SEATS - course.students.len() - 1)
}

/// A plain function: its boundary is sourced before it is called.
#[command_handler]
pub fn give_back(command: &GiveBack, student: Boundary<Student>, unit: UnitOfWork) {
    if student.courses.contains(&command.course) {
        let GiveBack { course, student } = command.clone();
        unit.publish(SeatGivenBack { course, student });
    }
}

#[command_handler]
pub fn look(_: &Look, course: &Boundary<Course>) -> Result<Vec<String>, Infallible> {
    Ok(course.students.iter().cloned().collect())
}
