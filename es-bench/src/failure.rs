/// Whatever stops a benchmark; it is printed and ends the program.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
