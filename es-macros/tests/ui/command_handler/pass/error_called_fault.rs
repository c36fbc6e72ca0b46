//! An error of the domain may be called as one of the framework's.

mod broken {
    use es_core::prelude::*;

    #[derive(Debug)]
    pub struct Fault;

    impl std::fmt::Display for Fault {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the switch is broken")
        }
    }

    impl std::error::Error for Fault {}

    #[derive(Command, Clone, Serialize, Deserialize)]
    pub struct Mount {
        #[target]
        pub switch: String,
    }

    #[derive(Command, Clone, Serialize, Deserialize)]
    pub struct Flip {
        #[target]
        pub switch: String,
    }

    #[derive(Command, Clone, Serialize, Deserialize)]
    pub struct FlipAll {}

    #[derive(Event, Serialize, Deserialize)]
    pub struct Mounted {
        pub switch: String,
    }

    #[aggregate]
    pub struct Switch {
        #[aggregate_identifier]
        pub switch: String,
    }

    #[aggregate]
    impl Switch {
        #[command_handler]
        fn mount(command: Mount) -> Result<Mounted, Fault> {
            Ok(Mounted { switch: command.switch })
        }

        #[command_handler]
        fn flip(_switch: &mut Root<Self>, _: Flip) -> Result<u64, HandlerError<Fault>> {
            Err(Fault.into())
        }

        #[event_sourcing_handler]
        fn on_mounted(event: &Mounted) -> Self {
            Self { switch: event.switch.clone() }
        }
    }

    #[command_handler]
    pub async fn flip_all(_: FlipAll, _commands: CommandGateway) -> Result<(), Fault> {
        Err(Fault)
    }
}

/// The sender gets the domain's own type.
#[allow(dead_code)]
async fn told(commands: es_core::prelude::CommandGateway) -> Option<broken::Fault> {
    use es_core::command::CommandError;
    match commands.send(broken::FlipAll {}).await.unwrap_err() {
        CommandError::Rejected { error, .. } => Some(error),
        _ => None,
    }
}

fn main() {}
