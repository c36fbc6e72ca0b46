//! Members as yesterday's program knew them.

use es_core::prelude::*;

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct MakeMember {
    #[target]
    pub id: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct ChangeMember {
    #[target]
    pub id: String,
    pub names: Vec<String>,
    pub email: Option<String>,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct MemberMade {
    pub id: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct MemberChanged {
    pub names: Vec<String>,
    #[tag]
    pub email: Option<String>,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
pub struct MemberSeen {}

#[aggregate(name = "Member", snapshot_every = 2)]
#[derive(Debug, Serialize, Deserialize)]
pub struct Member {
    #[aggregate_identifier]
    pub id: String,
    pub changes: u32,
}

#[aggregate]
impl Member {
    #[command_handler]
    fn make(command: MakeMember) -> MemberMade {
        MemberMade { id: command.id }
    }

    #[command_handler]
    fn change(&self, command: ChangeMember) -> (MemberSeen, MemberChanged) {
        let ChangeMember { names, email, .. } = command;
        (MemberSeen {}, MemberChanged { names, email })
    }

    #[event_sourcing_handler]
    fn on_made(event: &MemberMade) -> Self {
        Self { id: event.id.clone(), changes: 0 }
    }

    #[event_sourcing_handler]
    fn on_changed(&mut self, _: &MemberChanged) {
        self.changes += 1;
    }

    #[event_sourcing_handler]
    fn on_seen(&mut self, _: &MemberSeen) {}
}
