use syn::{Ident, ReturnType, Type};

use super::output::{Output, Written, arguments_of, may_be_alias, spaced};
use super::signature::ungrouped;
use super::{Lent, Parameter, check_function, last_ident, parameter};
use crate::attr::FreeCommandArguments;
use crate::diag::Errors;
use crate::light::LightFn;

/// What a command is worked on with; none of it is a command.
const TOOLS: [&str; 7] = [
    "Boundary",
    "CommandGateway",
    "EventGateway",
    "Inject",
    "QueryGateway",
    "Repository",
    "UnitOfWork",
];

/// A free function with `#[command_handler]`.
pub(crate) struct FreeCommandHandler {
    pub(crate) name: Ident,
    pub(crate) is_async: bool,
    pub(crate) retry: bool,
    pub(crate) command: Parameter,
    pub(crate) extractors: Vec<Parameter>,
    pub(crate) output: Output,
}

impl FreeCommandHandler {
    /// Reads a function; after an error the command alone, if it could be told.
    pub(crate) fn read(
        function: &LightFn,
        arguments: &FreeCommandArguments,
        errors: &mut Errors,
    ) -> Result<Self, Option<Box<Type>>> {
        let before = errors.len();
        let sig = &function.sig;
        check_function(sig, errors);
        if let Some(variadic) = &sig.variadic {
            errors.push(variadic, "a handler has a fixed list of parameters");
        }
        let is_async = sig.asyncness.is_some();
        let mut inputs = sig.inputs.iter();
        let Some(command) = inputs.next().and_then(|input| parameter(input, None)) else {
            errors.push(
                &sig.ident,
                format!(
                    "`{}` has no command; take it as the first parameter, as `cmd: C` or `cmd: &C`",
                    sig.ident
                ),
            );
            return Err(None);
        };
        if let Some(tool) = last_ident(&command.ty)
            && TOOLS.iter().any(|name| tool == name)
        {
            errors.push(
                &command.ty,
                format!(
                    "the first parameter of `{}` is its command, as `cmd: C` or `cmd: &C`; move \
                     this behind it",
                    sig.ident
                ),
            );
            return Err(None);
        }
        if command.lent == Lent::Mutable {
            errors.push(&command.ty, "a command is not changed; take it as `C` or `&C`");
        }
        let output = output(&sig.output, errors);
        let Some(output) = output else {
            // Most likely a method outside its block, where a stub would not parse.
            return Err(None);
        };
        let extractors: Vec<_> = inputs.filter_map(|input| parameter(input, None)).collect();
        let from_outside = extractors.iter().any(|taken| boundary_of(&taken.ty).is_none());
        if let Some(span) = arguments.retry
            && !is_async
            && !from_outside
        {
            errors.add(syn::Error::new(
                span,
                "`retry` is for handlers with effects outside: a plain `fn` without parameters \
                 for them has none and is always decided again after a conflict; remove it",
            ));
        }
        if errors.len() > before {
            return Err(Some(Box::new(command.ty)));
        }
        Ok(Self {
            name: sig.ident.clone(),
            is_async,
            retry: arguments.retry.is_some(),
            command,
            extractors,
            output,
        })
    }

    /// Whether the handler's answer is waited for: it awaits, or its boundaries are sourced.
    pub(crate) fn awaits(&self) -> bool {
        self.is_async
            || self.extractors.iter().any(|extractor| boundary_of(&extractor.ty).is_some())
    }
}

/// `State` of a written `Boundary<State>`: it is sourced for the command.
pub(crate) fn boundary_of(ty: &Type) -> Option<&Type> {
    let (name, arguments) = arguments_of(ungrouped(ty))?;
    match arguments[..] {
        [state] if name == "Boundary" => Some(state),
        _ => None,
    }
}

fn output(written: &ReturnType, errors: &mut Errors) -> Option<Output> {
    let output = Output::whole(written, None, errors);
    if matches!(output.written, Written::Hidden) && !may_be_alias(&output.ty) {
        let shown = spaced(&output.ty);
        errors.push(
            &output.ty,
            format!(
                "a free command handler returns `Result<Reply, Error>` or nothing, not `{shown}`; \
                 if it is an event, return it from a method of an `#[aggregate] impl` block, or \
                 apply it here to an aggregate of a `Repository`; if it is a reply, write \
                 `Result<{shown}, Infallible>`"
            ),
        );
        return None;
    }
    Some(output)
}
