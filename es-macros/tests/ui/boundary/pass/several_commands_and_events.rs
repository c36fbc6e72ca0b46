#![deny(warnings)]
use std::convert::Infallible;

use es_core::boundary::{BoundaryOf, BoundaryState};
use es_core::prelude::*;

#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Register {
    email: String,
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct ChangeEmail {
    from: String,
    to: String,
}
#[derive(Event, Serialize, Deserialize)]
pub struct Registered {
    #[tag]
    email: String,
}
#[derive(Event, Serialize, Deserialize)]
pub struct Changed {
    #[tag]
    email: String,
}

#[derive(Default, Debug)]
pub struct InUse {
    times: u32,
}

#[boundary]
impl InUse {
    #[criteria]
    fn of(command: &Register) -> Criteria {
        Criteria::tag("email", &command.email).and(Criteria::event::<Registered>())
    }
    #[criteria]
    fn of_both<'a>(command: &'a ChangeEmail) -> Criteria {
        Criteria::tag("email", &command.from).or(Criteria::tag("email", &command.to))
    }
    #[cfg(any())]
    #[criteria]
    fn hidden(_: &Unknown) -> Criteria {
        unreachable!()
    }

    #[event_sourcing_handler]
    fn on_registered(&mut self, _: &Registered) {
        self.times += 1;
    }
    #[event_sourcing_handler]
    pub(crate) fn on_changed(&mut self, _: &Changed) {
        self.times += 1;
    }

    fn is_taken(&self) -> bool {
        self.times > 0
    }
}

#[derive(Default)]
struct Nothing(bool);

#[es_core::boundary]
impl Nothing {
    #[es_core::criteria]
    fn of(_: &Register) -> Criteria {
        Criteria::default()
    }
    #[es_core::event_sourcing_handler]
    fn on_changed(&mut self, _: &Changed) {
        self.0 = true;
    }
}

#[command_handler]
async fn register(_: Register, used: Boundary<InUse>) -> Result<bool, Infallible> {
    Ok(used.is_taken())
}
#[command_handler]
fn change(
    _: &ChangeEmail,
    used: &es_core::boundary::Boundary<InUse>,
    _id: CommandId,
) -> Result<bool, HandlerError<Infallible>> {
    Ok(used.is_taken())
}
#[command_handler]
fn several(_: &Twice, one: &Boundary<InUse>, mut other: Boundary<Nothing>) {
    other = (other.0 && one.times > 0).then_some(Nothing(true)).map_or(other, Boundary::from);
    let _ = other;
}
#[derive(Command, Clone, Serialize, Deserialize)]
pub struct Twice;

mod elsewhere {
    use super::*;

    #[boundary]
    impl Other {
        #[criteria]
        fn of(_: &Twice) -> Criteria {
            Criteria::tag("email", &1)
        }
        #[event_sourcing_handler]
        fn on_changed(&mut self, _: &Changed) {}
    }
    #[derive(Default)]
    pub struct Other;
}

impl BoundaryOf<Twice> for InUse {
    fn criteria(_: &Twice) -> Criteria {
        Criteria::tag("email", "a@b")
    }
}
impl BoundaryOf<Twice> for Nothing {
    fn criteria(_: &Twice) -> Criteria {
        Criteria::default()
    }
}

fn main() {
    assert_eq!(InUse::EVENTS.len(), 2);
    assert!(register_now().times == 0);
    let _ = (elsewhere::Other, InUse::default().is_taken());
}

fn register_now() -> Boundary<InUse> {
    Boundary::default()
}
