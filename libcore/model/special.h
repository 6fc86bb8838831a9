/*
 * special - functions that the models need and the C library has not.
 */
#ifndef CRM_SPECIAL_H
#define CRM_SPECIAL_H

/*
 * The logarithmic derivative of the gamma function, x > 0: recurrence to 6,
 * then the asymptotic series (Abramowitz and Stegun 6.3.5, 6.3.18).
 *
 * Error under 1e-12, relative where the value is above 1.
 */
double crm_digamma(double x);

/*
 * Gauss's hypergeometric function 2F1(a, b; c; z) by its series (Abramowitz
 * and Stegun 15.1.1).
 *
 * c       > 0
 * z       0 <= z < 1
 */
double crm_hyp2f1(double a, double b, double c, double z);

/* The logarithm of the gamma function of what is above 0; several threads may
 * ask at once. */
double crm_log_gamma(double);

/* Points and weights of Gauss's quadrature in 0..1. */
#define CRM_GAUSS 20
struct crm_gauss {
	double at[CRM_GAUSS], weight[CRM_GAUSS];
};

void crm_gauss_make(struct crm_gauss *);

#endif
