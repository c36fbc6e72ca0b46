//! Members as today's program knows them.

use es_core::prelude::*;

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(renamed_from("MemberMade"))]
pub struct MemberJoined {
    pub id: String,
}

#[derive(Event, Debug, Clone, Serialize, Deserialize)]
#[event(upcast_into = (Vec<MemberRenamed>, Option<EmailSet>))]
pub struct MemberChanged {
    pub names: Vec<String>,
    pub email: Option<String>,
}

impl From<MemberChanged> for (Vec<MemberRenamed>, Option<EmailSet>) {
    fn from(before: MemberChanged) -> Self {
        let renamed = before.names.into_iter().map(|name| MemberRenamed { name });
        (renamed.collect(), before.email.map(|email| EmailSet { email }))
    }
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(upcast_from(MemberChanged))]
pub struct MemberRenamed {
    pub name: String,
}

#[derive(Event, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[event(upcast_from(MemberChanged))]
pub struct EmailSet {
    #[tag]
    pub email: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Rename {
    #[target]
    pub id: String,
    pub name: String,
}

#[aggregate(snapshot_every = 2)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    #[aggregate_identifier]
    pub id: String,
    pub names: Vec<String>,
    pub email: Option<String>,
}

#[aggregate(events(derive(Debug, PartialEq)), ignore("MemberSeen"))]
impl Member {
    #[command_handler]
    fn rename(&self, command: Rename) -> Option<MemberRenamed> {
        let name = command.name;
        (self.names.last() != Some(&name)).then_some(MemberRenamed { name })
    }

    #[event_sourcing_handler]
    fn on_joined(event: &MemberJoined) -> Self {
        Self { id: event.id.clone(), names: vec![], email: None }
    }

    #[event_sourcing_handler]
    fn on_renamed(&mut self, event: &MemberRenamed) {
        self.names.push(event.name.clone());
    }

    #[event_sourcing_handler]
    fn on_email(&mut self, event: &EmailSet) {
        self.email = Some(event.email.clone());
    }
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
pub struct Reserve {
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the e-mail is taken")]
pub struct Taken;

#[derive(Debug, Default)]
pub struct Emails(u32);

#[boundary]
impl Emails {
    #[criteria]
    fn of(command: &Reserve) -> Criteria {
        Criteria::tag("email", &command.email)
    }

    #[event_sourcing_handler]
    fn on_email(&mut self, _: &EmailSet) {
        self.0 += 1;
    }
}

/// Yesterday's program, which may still be running beside this one.
pub struct Meanwhile(pub tokio::sync::Mutex<Option<(App, crate::yesterday::ChangeMember)>>);

#[command_handler(retry)]
pub async fn reserve(
    command: Reserve,
    emails: Boundary<Emails>,
    unit: UnitOfWork,
    meanwhile: Inject<Meanwhile>,
) -> Result<(), HandlerError<Taken>> {
    if let Some((app, change)) = meanwhile.0.lock().await.take() {
        app.commands().send(change).await.map_err(Fault::from)?;
    }
    if emails.0 > 0 {
        return Err(Taken.into());
    }
    unit.publish(EmailSet { email: command.email });
    Ok(())
}

#[derive(View, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Names {
    #[key]
    pub name: String,
    pub count: u32,
}

#[derive(Query, Debug, Clone, Serialize, Deserialize)]
#[query(answer = Vec<Names>)]
pub struct AllNames {}

#[projection]
impl Names {
    #[event_handler]
    fn on_renamed(event: &MemberRenamed, names: &mut Views<Names>) -> Result<(), Fault> {
        let name = event.name.clone();
        let before = names.load(&name)?.map_or(0, |names| names.count);
        Ok(names.upsert(&Names { name, count: before + 1 })?)
    }

    #[query_handler]
    fn all(_: AllNames, names: &Views<Names>) -> Result<Vec<Names>, Fault> {
        Ok(names.all()?)
    }
}
