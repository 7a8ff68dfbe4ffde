module.exports = async (event, context) => context.status(200).succeed({ received: event.body });
