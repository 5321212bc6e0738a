#ifndef CLIBVIRT_SHIM_H
#define CLIBVIRT_SHIM_H

#include <stddef.h>
#include <stdlib.h>

#include <libvirt/libvirt.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/virterror.h>

/// Swallows what libvirt would print; every failure is read with virGetLastError instead.
static inline void clibvirt_discard_error(void *_Nullable context, virErrorPtr _Nullable error) {
    (void)context;
    (void)error;
}

/// Keeps libvirt from printing to standard error.
static inline void clibvirt_be_silent(void) { virSetErrorFunc(NULL, clibvirt_discard_error); }

/// Registers a callback for changes of a domain's life: Swift imports neither the macro that casts it nor varied signatures.
static inline int clibvirt_register_lifecycle(
    virConnectPtr _Nonnull connection,
    int (*_Nonnull callback)(virConnectPtr _Nonnull, virDomainPtr _Nonnull, int, int, void *_Nullable),
    void *_Nullable opaque, virFreeCallback _Nullable release)
{
    return virConnectDomainEventRegisterAny(
        connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

#endif
