include!("../../shelf_of_cartons.rs");

#[aggregate_member(of = Shelf, key = box_id)]
pub struct Carton {
    pub box_id: u32,
}

#[aggregate_member(of = Shelf, key = box_id)]
impl Carton {
    #[command_handler]
    fn fill(&self, command: FillBox) -> BoxFilled {
        BoxFilled { box_id: command.box_id }
    }

    #[command_handler]
    fn fill_too(&self, command: FillBox) -> BoxFilled {
        BoxFilled { box_id: command.box_id }
    }

    #[event_sourcing_handler]
    fn on_filled(&mut self, _event: &BoxFilled) {}
}

fn main() {}
