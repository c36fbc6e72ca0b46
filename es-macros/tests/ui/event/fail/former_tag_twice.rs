use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize)]
#[event(former_tags("course", "course"))]
struct SeatTaken {
    #[tag]
    student: String,
    course: String,
}

fn main() {}
