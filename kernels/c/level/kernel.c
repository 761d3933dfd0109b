// Estimates a river's level from its yearly flows, with a Kalman filter: a stage of
// kernels/pipelines/nile.toml.
//
// The level wanders, and a flow is the level and noise: the local level model of J. Durbin and S. J.
// Koopman, "Time Series Analysis by State Space Methods" (2001), with the variances that they found for
// the Nile.
#include "messages.h"

static const double noise = 15099.0;
static const double wandering = 1469.1;

static double level;
static double variance;
static bool is_begun;

static const char *estimate(const ring_message *message, ring_replies *replies) {
    Year year;
    const char *error = year_decode(&year, message);
    if (error != NULL) {
        return error;
    }
    if (is_begun) {
        variance += wandering;
        double gain = variance / (variance + noise);
        level += gain * (year.flow - level);
        variance *= 1 - gain;
    } else {
        // Nothing was known before the first one.
        level = year.flow;
        variance = noise;
        is_begun = true;
    }
    year.level = level;
    return year_reply(replies, &year);
}

RING_SERVE(estimate)
