/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stub of FreeBSD: /dev/devctl2. Facts, section 3. */
#ifndef STUB_SYS_BUS_H
#define STUB_SYS_BUS_H

#include <sys/ioccom.h>
#include <sys/types.h>

struct devreq_buffer {
	void *buffer;
	size_t length;
};

struct devreq {
	char dr_name[128];
	int dr_flags;
	union {
		struct devreq_buffer dru_buffer;
		void *dru_data;
	} dr_dru;
#define dr_buffer dr_dru.dru_buffer
#define dr_data dr_dru.dru_data
};

#define DEV_ATTACH _IOW('D', 1, struct devreq)
#define DEV_DETACH _IOW('D', 2, struct devreq)
#define DEV_ENABLE _IOW('D', 3, struct devreq)
#define DEV_DISABLE _IOW('D', 4, struct devreq)
#define DEV_SUSPEND _IOW('D', 5, struct devreq)
#define DEV_RESUME _IOW('D', 6, struct devreq)
#define DEV_SET_DRIVER _IOW('D', 7, struct devreq)
#define DEV_CLEAR_DRIVER _IOW('D', 8, struct devreq)
#define DEV_RESCAN _IOW('D', 9, struct devreq)
#define DEV_DELETE _IOW('D', 10, struct devreq)
#define DEV_FREEZE _IOW('D', 11, struct devreq)
#define DEV_THAW _IOW('D', 12, struct devreq)
#define DEV_RESET _IOW('D', 13, struct devreq)

#define DEVF_FORCE_DETACH 0x01
#define DEVF_SET_DRIVER_DETACH 0x01
#define DEVF_CLEAR_DRIVER_DETACH 0x01
#define DEVF_RESET_DETACH 0x01

#endif
