include!("../../shop.rs");

#[aggregate]
pub struct Shop {
    #[aggregate_identifier]
    shop_id: String,
}

#[aggregate]
impl Shop {
    #[event_sourcing_handler]
    fn on_opened(event: &ShopOpened) -> Self {
        Self { shop_id: event.shop_id.clone() }
    }

    #[command_interceptor]
    async fn waits(&self, _message: &CommandMessage<'_>) -> Result<(), Veto> {
        Ok(())
    }

    #[command_interceptor]
    fn changes(&mut self, _message: &CommandMessage<'_>) -> Result<(), Veto> {
        Ok(())
    }

    #[command_interceptor]
    fn without_state(_command: &OpenShop) -> Result<(), Veto> {
        Ok(())
    }

    #[command_interceptor]
    fn without_command(&self) -> Result<(), Veto> {
        Ok(())
    }

    #[command_interceptor]
    fn by_value(&self, _command: OpenShop) -> Result<(), Veto> {
        Ok(())
    }

    #[command_interceptor]
    fn more(&self, _command: &OpenShop, _id: CommandId) -> Result<(), Veto> {
        Ok(())
    }

    #[command_interceptor]
    fn stops_nothing(&self, _command: &OpenShop) {}

    #[command_interceptor(first)]
    fn with_arguments(&self, _command: &OpenShop) -> Result<(), Veto> {
        Ok(())
    }
}

fn main() {}
