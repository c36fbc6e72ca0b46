use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, ReturnType, Type};

use super::signature;
use super::{Lent, check_function, last_ident, parameter};
use crate::attr::{cfgs, inside};
use crate::diag::Errors;
use crate::light::LightFn;

/// A `#[command_interceptor]` method.
pub(crate) struct Interceptor {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    /// The command that it looks at; `None` for one that sees the message of every command.
    pub(crate) command: Option<Type>,
    /// True if it may add to the metadata.
    pub(crate) adds: bool,
    /// Where it says what it returns.
    pub(crate) output: Span,
}

impl Interceptor {
    /// Reads a method; `None` after an error.
    pub(crate) fn read(
        method: &LightFn,
        attribute: &Attribute,
        self_ty: &Type,
        errors: &mut Errors,
    ) -> Option<Self> {
        let before = errors.len();
        let sig = &method.sig;
        if !inside(attribute, errors).is_empty() {
            errors.push(attribute, "`#[command_interceptor]` takes no arguments");
        }
        check_function(sig, errors);
        if let Some(token) = &sig.asyncness {
            errors.push(
                token,
                "a command interceptor of an aggregate looks at its state and cannot wait; remove \
                 `async`, or wait in an interceptor of the application",
            );
        }
        match sig.receiver().map(signature::receiver) {
            Some(Some(Lent::Shared)) => {}
            Some(_) => errors.push(
                sig.receiver(),
                "a command interceptor looks at the state and cannot change it; take `&self`",
            ),
            None => errors.push(
                &sig.ident,
                "a command interceptor looks at an aggregate that exists; take `&self`",
            ),
        }
        let is_method = usize::from(sig.receiver().is_some());
        let mut inputs = sig.inputs.iter().skip(is_method).peekable();
        let Some(message) = inputs.next().and_then(|input| parameter(input, Some(self_ty))) else {
            errors.push(
                &sig.ident,
                format!(
                    "`{}` sees no command; take `message: &CommandMessage<'_>` for all commands, \
                     or `command: &C` for one",
                    sig.ident
                ),
            );
            return None;
        };
        if message.lent != Lent::Shared {
            errors.push(&message.ty, "a command interceptor borrows what it looks at: write `&`");
        }
        let is_metadata = |input: &FnArg| {
            parameter(input, None).is_some_and(|metadata| metadata.lent == Lent::Mutable)
        };
        let adds = inputs.next_if(|input| is_metadata(input)).is_some();
        for extra in inputs {
            errors.push(
                extra,
                "a command interceptor takes the message or the command, and \
                 `metadata: &mut Metadata` if it adds to what is stored; the message has the rest",
            );
        }
        let output = match &sig.output {
            ReturnType::Type(_, ty) => ty.span(),
            ReturnType::Default => {
                errors.push(
                    &sig.ident,
                    format!("`{}` can stop nothing; return `Result<(), Veto>`", sig.ident),
                );
                sig.ident.span()
            }
        };
        let is_message = last_ident(&message.ty).is_some_and(|name| name == "CommandMessage");
        (errors.len() == before).then(|| Self {
            name: sig.ident.clone(),
            cfgs: cfgs(&method.attrs),
            command: (!is_message).then_some(message.ty),
            adds,
            output,
        })
    }
}
