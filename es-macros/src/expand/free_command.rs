use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::command_handler::recorded_codec;
use super::free::{is_method, own, stand_in};
use super::parameters::{Extractor, extracted, lend, local, needed};
use super::register::{Entry, List, register};
use super::unstored::unstored;
use super::{fault, line_of};
use crate::attr::FreeCommandArguments;
use crate::diag::Errors;
use crate::light::LightFn;
use crate::model::{FreeCommandHandler, Lent, Parameter, Written, boundary_of};
use crate::outside::outside;
use crate::paths::Paths;

/// `#[command_handler]` on a free function: the function, a type of its name that stands for it,
/// and beside them
///
/// ```text
/// impl HandledBy<transfer> for Transfer {
///     type Reply = Receipt;
///     type Error = TransferError;
///     fn run(..) -> BoxFuture<'static, ..> { run_free::<transfer, Transfer>(..) }
///     ..
/// }
/// impl FreeHandler<Transfer> for transfer {
///     const CALL: FreeCall<Transfer, Receipt, TransferError> = FreeCall {
///         function: FreeFunction::Async(|command, context| Box::pin(async move {
///             let p0 = <Repository<Account> as FromContext>::from_context(context)?;
///             let answer = transfer(Taken::of(command), p0).await;
///             Finish::<Result<Receipt, TransferError>>::call(answer)
///         })),
///         effects: false | <Repository<Account> as FromContext>::EFFECTS,
///         retry: false,
///     };
/// }
/// inventory::submit! { CommandEntry::of::<transfer, Transfer>(…) }
/// ```
pub(super) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<LightFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let error = error.into_compile_error();
            return quote!(#item #error);
        }
    };
    if is_method(&function) {
        return outside("command_handler", &["aggregate", "aggregate_member"], item);
    }
    let mut errors = Errors::default();
    let arguments = FreeCommandArguments::read(arguments, &mut errors);
    let es = Paths::new(arguments.krate.as_ref());
    let generated = match FreeCommandHandler::read(&function, &arguments, &mut errors) {
        Ok(handler) => Some(Free { handler: &handler, es: &es }.expand()),
        Err(command) => command.map(|command| unusable(&function.sig.ident, &command, &es)),
    };
    let generated = generated.map(|generated| stand_in(&function, "command", generated, &es));
    let errors = errors.into_compile_errors();
    quote!(#function #generated #errors)
}

struct Free<'a> {
    handler: &'a FreeCommandHandler,
    es: &'a Paths,
}

impl Free<'_> {
    fn expand(&self) -> TokenStream {
        let private = self.es.private();
        let handled = self.handled();
        let entries = register(&[self.entry()], Some(&own(&self.handler.name)), self.es);
        let remedy = "apply it to an aggregate of a `Repository`, or publish it through `UnitOfWork` or \
                      `EventGateway`";
        let unstored = unstored(&self.handler.output, self.es, remedy);
        quote! {
            use #private::{Unfinished as _, Unremembered as _, Untaken as _};
            #handled #entries #unstored
        }
    }

    fn handled(&self) -> TokenStream {
        let FreeCommandHandler { name, command, .. } = self.handler;
        let command = &command.ty;
        let (reply, error) = self.answer();
        let call = self.call();
        let recorded = self.recorded(&error);
        let place = command.span();
        let es = self.es.at(place);
        let handled_by = handled_by(name, command, &reply, &error, &es);
        let check = fault::check(&self.handler.output, &es);
        quote_spanned! {place=>
            #check
            #[automatically_derived]
            impl #es::command::FreeHandler<#command> for #name {
                const CALL: #es::command::FreeCall<#command, #reply, #error> = #call;
                #recorded
            }
            #handled_by
        }
    }

    /// The types `Reply` and `Error`.
    fn answer(&self) -> (TokenStream, TokenStream) {
        let output = &self.handler.output.ty;
        let place = output.span();
        let es = self.es.at(place);
        match &self.handler.output.written {
            Written::Plain => {
                let private = es.private();
                (quote_spanned!(place=> ()), quote_spanned!(place=> #private::Infallible))
            }
            Written::Result { ok, error } => (ok.to_token_stream(), fault::error(error, &es)),
            Written::Hidden => {
                let returned = quote_spanned!(place=> #es::aggregate::Returned);
                (
                    quote_spanned!(place=> <#output as #returned>::Reply),
                    quote_spanned!(place=> <#output as #returned>::Error),
                )
            }
        }
    }

    /// How an error in `Recorded` is remembered.
    fn recorded(&self, error: &TokenStream) -> Option<TokenStream> {
        let output = &self.handler.output;
        let can_fail = !matches!(output.written, Written::Plain);
        can_fail.then(|| recorded_codec(output, error, self.es))
    }

    fn call(&self) -> TokenStream {
        let FreeCommandHandler { name, is_async, retry, command: taken, extractors, .. } =
            self.handler;
        let es = self.es.at(name.span());
        let private = es.private();
        let [command, context, answer] = ["command", "context", "answer"].map(local);
        let value = |parameter: &Parameter| self.value(parameter, &command, &context);
        let (lets, lent) = lend(extractors, value);
        let payload = match taken.lent {
            Lent::Owned => super::command_handler::taken(&taken.ty, &command, self.es),
            Lent::Shared | Lent::Mutable => quote!(#command),
        };
        let awaited = is_async.then(|| quote!(.await));
        let finish = self.finish(&answer);
        let body = quote_spanned! {name.span()=>
            #lets
            let #answer = #name(#payload, #lent) #awaited;
            #finish
        };
        let context = if extractors.is_empty() { quote!(_) } else { quote!(#context) };
        let function = if self.handler.awaits() {
            quote_spanned! {name.span()=>
                Async(|#command, #context| #private::Box::pin(async move { #body }))
            }
        } else {
            quote_spanned!(name.span()=> Sync(|#command, #context| { #body }))
        };
        let effects = self.effects();
        quote_spanned! {name.span()=>
            #es::command::FreeCall {
                function: #es::command::FreeFunction::#function,
                effects: #effects,
                retry: #retry,
            }
        }
    }

    /// How one parameter is had: from the context, or sourced for the command.
    fn value(&self, parameter: &Parameter, command: &Ident, context: &Ident) -> TokenStream {
        match boundary_of(&parameter.ty) {
            None => extracted(&parameter.ty, Extractor::Context, self.es, context),
            Some(state) => {
                let place = state.span();
                let private = self.es.at(place).private();
                let of = &self.handler.command.ty;
                quote_spanned! {place=>
                    #private::source_boundary::<#state, #of, _>(#context, #command).await?
                }
            }
        }
    }

    /// Whether a parameter reaches outside.
    fn effects(&self) -> TokenStream {
        let taken = self.handler.extractors.iter().map(|parameter| &parameter.ty);
        let each = taken.filter(|ty| boundary_of(ty).is_none()).map(|ty| {
            let es = self.es.at(ty.span());
            quote_spanned!(ty.span()=> | <#ty as #es::context::FromContext>::EFFECTS)
        });
        quote!(false #(#each)*)
    }

    /// Turns what the handler returned into the call's answer.
    fn finish(&self, answer: &Ident) -> TokenStream {
        let output = &self.handler.output.ty;
        let place = output.span();
        let private = self.es.at(place).private();
        match &self.handler.output.written {
            // What is written was checked on its own; a bound here would report it again.
            Written::Plain | Written::Result { .. } => {
                quote_spanned!(place=> #private::Finish::<#output>::call(#answer))
            }
            Written::Hidden => quote_spanned!(place=> #private::returned(#answer)),
        }
    }

    fn entry(&self) -> Entry {
        let FreeCommandHandler { name, command, extractors, .. } = self.handler;
        let command = &command.ty;
        let place = command.span();
        let es = self.es.at(place);
        let line = line_of(name.span());
        let needs = local("needs");
        let each = extractors.iter().map(|Parameter { ty, .. }| match boundary_of(ty) {
            None => needed(ty, Extractor::Context, self.es, &needs),
            Some(_) => quote_spanned!(ty.span()=> #needs.tag_conditions();),
        });
        let needs =
            if extractors.is_empty() { quote!(|_| {}) } else { quote!(|#needs| { #(#each)* }) };
        let value = quote_spanned! {place=>
            #es::registry::CommandEntry::of::<#name, #command>(#needs, ::core::file!(), #line)
        };
        Entry { list: List::Commands, cfgs: vec![], value }
    }
}

/// Sending the command, for a handler that compiles and for one that does not.
// Boxed, as the trait allows: handlers that send to each other would otherwise be a future that
// contains itself.
fn handled_by(
    name: &Ident,
    command: &Type,
    reply: &TokenStream,
    error: &TokenStream,
    es: &Paths,
) -> TokenStream {
    let private = es.private();
    let place = command.span();
    let [runtime, dispatch] = ["runtime", "dispatch"].map(local);
    let run = |method: &str| {
        let method = Ident::new(method, place);
        quote_spanned! {place=>
            fn #method(
                self,
                #runtime: &#es::runtime::Runtime,
                #dispatch: #es::command::Dispatch,
            ) -> #private::BoxFuture<
                'static,
                #private::Result<
                    #es::command::Tracked<#reply>,
                    #es::command::CommandError<#es::command::Rejection>,
                >,
            > {
                #es::command::run_free::<#name, #command>(#runtime, self, #dispatch)
            }
        }
    };
    let (run, run_boxed) = (run("run"), run("run_boxed"));
    quote_spanned! {place=>
        #[automatically_derived]
        impl #es::command::HandledBy<#name> for #command {
            type Reply = #reply;
            type Error = #error;
            #[allow(refining_impl_trait)]
            #run
            #run_boxed
        }
    }
}

/// A handler that had an error: `send` finds it, so that only the error itself is reported.
fn unusable(name: &Ident, command: &Type, es: &Paths) -> TokenStream {
    let place = command.span();
    let es = es.at(place);
    let private = es.private();
    let (reply, error) = (quote!(()), quote!(#private::Infallible));
    let handled_by = handled_by(name, command, &reply, &error, &es);
    quote_spanned! {place=>
        #[automatically_derived]
        impl #es::command::FreeHandler<#command> for #name {
            const CALL: #es::command::FreeCall<#command, #reply, #error> =
                #es::command::FreeCall {
                    function: #es::command::FreeFunction::Sync(#private::unusable_free),
                    effects: false,
                    retry: false,
                };
        }
        #handled_by
    }
}
